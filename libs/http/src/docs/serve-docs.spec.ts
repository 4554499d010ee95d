import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ServedDocs } from './testing/served-docs.js';

let docs: ServedDocs;

beforeAll(async () => {
  docs = await ServedDocs.start();
});
afterAll(() => docs.close());

describe('GET /openapi.json', () => {
  it('GET /openapi.json is the description of every path, in any app', async () => {
    const { type, text } = await docs.get('/openapi.json');
    expect(type).toMatch(/^application\/json/);
    expect(JSON.parse(text)).toMatchObject({ paths: { '/ingest': {}, '/check-buffer': {} } });
  });
});

describe('GET /docs', () => {
  it.each(['/docs', '/docs/'])('GET /docs is a page that loads everything from this address: %s', async (path) => {
    const page = await docs.get(path);
    expect(page.type).toMatch(/^text\/html/);
    const links = [...page.text.matchAll(/(?:src|href)=["']([^"']+)["']/g)].map((match) => match[1]!);
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) {
      const url = new URL(link, page.url);
      expect(url.origin).toBe(new URL(docs.address).origin);
      expect({ link, status: (await docs.get(url.pathname)).status }).toEqual({ link, status: 200 });
    }
  });

  it('GET /docs shows the same description, and calls no external validator', async () => {
    const { text: script } = await docs.get('/docs/swagger-ui-init.js');
    expect(script).toContain('"/check-buffer"');
    expect(script).toMatch(/"validatorUrl": null/);
  });

  it('GET /docs restricts browsers to its own files and forbids every frame', async () => {
    const { headers } = await fetch(`${docs.address}/docs`, { headers: { connection: 'close' } });
    const policy = headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('GET /docs answers a missing file with a problem', async () => {
    const { text } = await docs.get('/docs/nothing.js');
    expect(JSON.parse(text)).toMatchObject({ status: 404, code: 'not-found' });
  });
});
