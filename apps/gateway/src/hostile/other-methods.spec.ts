import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Problem } from '@sluice/contracts';
import { FakeQuery } from '../testing/fake-query.js';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';
import { answers, exchange, statusesOf } from '../testing/raw-socket.js';

const query = new FakeQuery();
let [gateway, alone]: GatewayUnderTest[] = [];
beforeAll(async () => {
  await query.start();
  gateway = await GatewayUnderTest.start({ queryUrl: query.url });
  alone = await GatewayUnderTest.start();
});
afterAll(async () => {
  await Promise.all([gateway!.stop(), alone!.stop()]);
  query.stop();
});

describe('A method that a known path lacks', () => {
  it.each([
    ['GET', '/ingest', 'POST'],
    ['PUT', '/ingest', 'POST'],
    ['OPTIONS', '/ingest', 'POST'],
    ['POST', '/records', 'GET, HEAD'],
    ['PATCH', '/check-buffer?limit=1', 'GET, HEAD'],
    ['DELETE', '/records/dev-2/r-1', 'GET, HEAD'],
    ['POST', '/metrics', 'GET, HEAD'],
    ['QUERY', '/records', 'GET, HEAD'],
    ['PROPFIND', '/ingest', 'POST'],
  ])(
    'The method of %s %s, which the path lacks, is answered 405 with the allowed methods',
    async (method, path, allow) => {
      const response = await fetch(gateway!.url + path, { method });
      expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      expect((await response.json()) as Problem).toMatchObject({
        code: 'method-not-allowed',
        detail: `This path allows only ${allow}.`,
        instance: path.split('?', 1)[0],
      });
    },
  );

  it('HEAD /ingest is answered 405 without a body', async () => {
    const response = await fetch(`${gateway!.url}/ingest`, { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([405, '']);
  });

  it('TRACE /records is answered 405: headers of a browser are never shown to a page', async () => {
    const answer = await exchange(
      gateway!.url,
      'TRACE /records HTTP/1.1\r\nHost: a\r\nX-Secret: s\r\n\r\n',
      answers(1),
    );
    expect(statusesOf(answer)).toEqual([405]);
    expect(answer).not.toMatch(/secret/i);
  });

  it('A method that a known path lacks is answered 404 where reads are not served', async () => {
    const response = await fetch(`${alone!.url}/records`, { method: 'POST' });
    expect([response.status, response.headers.has('allow')]).toEqual([404, false]);
  });
});
