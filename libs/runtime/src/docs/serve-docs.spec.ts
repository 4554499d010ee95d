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

const get = (path: string) => fetch(new URL(path, address), { headers: { connection: 'close' } });

describe('GET /openapi.json', () => {
  it('is the description of every path, in any app', async () => {
    const answer = await get('/openapi.json');
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await answer.json()).toMatchObject({ paths: { '/ingest': {}, '/check-buffer': {} } });
  });
});

describe('GET /docs', () => {
  it.each(['/docs', '/docs/'])('is a page that takes all it needs from this address: %s', async (path) => {
    const answer = await get(path);
    expect(answer.headers.get('content-type')).toMatch(/^text\/html/);
    const links = [...(await answer.text()).matchAll(/(?:src|href)=["']([^"']+)["']/g)].map((match) => match[1]!);
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) {
      const url = new URL(link, answer.url);
      expect(url.origin).toBe(new URL(address).origin);
      expect({ link, status: (await get(url.pathname)).status }).toEqual({ link, status: 200 });
    }
  });

  it('shows the same description, and asks no validator elsewhere', async () => {
    const script = await (await get('/docs/swagger-ui-init.js')).text();
    expect(script).toContain('"/check-buffer"');
    expect(script).toMatch(/"validatorUrl": null/);
  });

  it('answers what it has not as a problem', async () => {
    const answer = await get('/docs/nothing.js');
    expect(await answer.json()).toMatchObject({ status: 404, code: 'not-found' });
  });
});
