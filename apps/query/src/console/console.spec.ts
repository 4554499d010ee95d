import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { QueryUnderTest } from '../testing/query-under-test.js';

let folder: string;
let query: QueryUnderTest;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'console-'));
  await writeFile(join(folder, 'index.html'), '<!doctype html>');
  await writeFile(join(folder, 'main.0a1b2c.js'), 'export {};');
  await writeFile(join(folder, 'main.0a1b2c.css'), ':root {}');
  query = await QueryUnderTest.start(1, { consoleFolders: [pathToFileURL(`${folder}/`)] });
});
afterAll(async () => {
  await query.stop();
  await rm(folder, { recursive: true });
});

const ask = (path: string) => fetch(query.url + path, { headers: { connection: 'close' } });

describe('The console', () => {
  it.each([
    ['/', 'text/html; charset=utf-8', 'no-cache'],
    ['/console/main.0a1b2c.js', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
    ['/console/main.0a1b2c.css', 'text/css; charset=utf-8', 'public, max-age=31536000, immutable'],
  ])('The files of the console have a strict policy: %s', async (path, mediaType, caching) => {
    const { headers } = await ask(path);
    expect([headers.get('content-type'), headers.get('cache-control')]).toEqual([mediaType, caching]);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it.each(['index.html', '..%2fconsole.spec.ts', 'nothing.js', 'toString'])(
    'The console has no file %s',
    async (name) => {
      expect(await query.get(`/console/${name}`)).toMatchObject({ status: 404, body: { code: 'not-found' } });
    },
  );

  it('The console says what to do if it was not built', async () => {
    const unbuilt = await QueryUnderTest.start(1, { consoleFolders: [pathToFileURL(`${folder}/nothing/`)] });
    const { body } = await unbuilt.get('/');
    await unbuilt.stop();
    expect(body).toMatchObject({ code: 'not-found', detail: expect.stringContaining('npm run build') });
  });
});
