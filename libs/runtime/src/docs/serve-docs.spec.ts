import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { createHttpApp } from '../http-app.js';
import { serveDocs } from './serve-docs.js';

@Module({})
class EmptyModule {}

let app: NestFastifyApplication;
let address: string;

beforeAll(async () => {
  app = await createHttpApp(EmptyModule, pino({ level: 'silent' }), { maxBodyBytes: 1024 });
  serveDocs(app);
  await app.listen(0, '127.0.0.1');
  address = `http://127.0.0.1:${(app.getHttpServer().address() as { port: number }).port}`;
});

afterAll(() => app.close());

/** Reads every answer to its end: one that is left unread keeps its connection open. */
async function get(path: string) {
  const answer = await fetch(new URL(path, address), { headers: { connection: 'close' } });
  return {
    status: answer.status,
    url: answer.url,
    type: answer.headers.get('content-type'),
    text: await answer.text(),
  };
}

describe('GET /openapi.json', () => {
  it('is the description of every path, in any app', async () => {
    const { type, text } = await get('/openapi.json');
    expect(type).toMatch(/^application\/json/);
    expect(JSON.parse(text)).toMatchObject({ paths: { '/ingest': {}, '/check-buffer': {} } });
  });
});

describe('GET /docs', () => {
  it.each(['/docs', '/docs/'])('is a page that takes all it needs from this address: %s', async (path) => {
    const page = await get(path);
    expect(page.type).toMatch(/^text\/html/);
    const links = [...page.text.matchAll(/(?:src|href)=["']([^"']+)["']/g)].map((match) => match[1]!);
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) {
      const url = new URL(link, page.url);
      expect(url.origin).toBe(new URL(address).origin);
      expect({ link, status: (await get(url.pathname)).status }).toEqual({ link, status: 200 });
    }
  });

  it('shows the same description, and asks no validator elsewhere', async () => {
    const { text: script } = await get('/docs/swagger-ui-init.js');
    expect(script).toContain('"/check-buffer"');
    expect(script).toMatch(/"validatorUrl": null/);
  });

  it('tells browsers to run its own files only, and to let nobody frame it', async () => {
    const { headers } = await fetch(`${address}/docs`, { headers: { connection: 'close' } });
    const policy = headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('answers what it has not as a problem', async () => {
    const { text } = await get('/docs/nothing.js');
    expect(JSON.parse(text)).toMatchObject({ status: 404, code: 'not-found' });
  });
});
