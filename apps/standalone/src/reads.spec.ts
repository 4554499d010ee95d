import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { StandaloneUnderTest } from './testing/standalone-under-test.js';

let standalone: StandaloneUnderTest;
beforeEach(async () => {
  standalone = await StandaloneUnderTest.start({ TRUSTED_PROXIES: '127.0.0.1' });
});
afterEach(() => standalone.stop());

function ask(path: string, client: string): Promise<Response> {
  return fetch(standalone.url + path, { headers: { 'x-forwarded-for': client } });
}

it('One client has at most 8 streams in one process, of the tail and the state together', async () => {
  const paths = Array.from({ length: 8 }, (_, n) => (n % 2 === 0 ? '/events/tail' : '/status/events'));
  const streams = await Promise.all(paths.map((path) => ask(path, '10.0.0.1')));
  expect(new Set(streams.map(({ status }) => status))).toEqual(new Set([200]));
  for (const path of ['/events/tail', '/status/events']) {
    const refused = await ask(path, '10.0.0.1');
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: 'too-many-streams' }]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  }
  const other = await ask('/events/tail', '10.0.0.2');
  expect(other.status).toBe(200);
  await Promise.all([...streams, other].map(({ body }) => body!.cancel()));
});
