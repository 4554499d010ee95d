import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayUnderTest, SEED_RECORD } from '../testing/gateway-under-test.js';
import { answers, exchange, statusesOf } from '../testing/raw-socket.js';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await GatewayUnderTest.start();
});
beforeEach(() => {
  gateway.publisher.records.length = 0;
});
afterAll(() => gateway.stop());

const SEED = JSON.stringify(SEED_RECORD);
const HIDDEN = JSON.stringify({ ...SEED_RECORD, device_id: 'smuggled' });
const head = (...fields: string[]) =>
  ['POST /ingest HTTP/1.1', 'Host: gateway', 'Content-Type: application/json', ...fields, '', ''].join('\r\n');
const hidden = head(`Content-Length: ${HIDDEN.length}`) + HIDDEN;
const chunked = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;

describe('Two requests on one connection', () => {
  it('Two requests on one connection get two answers, in their order', async () => {
    const bytes = head(`Content-Length: ${SEED.length}`) + SEED + hidden;
    expect(statusesOf(await exchange(gateway.url, bytes, answers(2)))).toEqual([202, 202]);
    expect(gateway.events.map(({ device_id }) => device_id)).toEqual(['dev-2', 'smuggled']);
  });
});

describe('A request with an ambiguous end', () => {
  it.each([
    ['two lengths that differ', head('Content-Length: 5', `Content-Length: ${SEED.length}`) + SEED],
    ['a list of lengths', head(`Content-Length: ${SEED.length}, ${SEED.length}`) + SEED],
    ['a length and chunks', head(`Content-Length: ${SEED.length}`, 'Transfer-Encoding: chunked') + chunked(SEED)],
    ['chunks and a length', head('Transfer-Encoding: chunked', 'Content-Length: 5') + chunked(SEED)],
    ['chunks that are not the last coding', head('Transfer-Encoding: chunked, identity') + chunked(SEED)],
    ['an unknown coding', head('Transfer-Encoding: xchunked') + chunked(SEED)],
    ['a coding behind a tab and another sign', head('Transfer-Encoding:\x0bchunked') + chunked(SEED)],
    ['a blank before the colon', head('Transfer-Encoding : chunked') + chunked(SEED)],
    ['a length with a sign', head(`Content-Length: +${SEED.length}`) + SEED],
    ['a negative length', head('Content-Length: -1') + SEED],
    ['a length in hexadecimal', head(`Content-Length: 0x${SEED.length.toString(16)}`) + SEED],
    ['a length that overflows', head('Content-Length: 99999999999999999999') + SEED],
    ['a chunk size with a sign', head('Transfer-Encoding: chunked') + `+${chunked(SEED)}`],
    ['a chunk size in 0x', head('Transfer-Encoding: chunked') + `0x${chunked(SEED)}`],
    ['a chunk size that overflows', head('Transfer-Encoding: chunked') + `f${'0'.repeat(16)}\r\n${SEED}\r\n0\r\n\r\n`],
    ['a chunk that goes on behind its size', head('Transfer-Encoding: chunked') + `5\r\n${SEED}\r\n0\r\n\r\n`],
    ['a bare line feed behind a chunk size', head('Transfer-Encoding: chunked') + chunked(SEED).replace('\r\n', '\n')],
    ['bare line feeds in the head', head(`Content-Length: ${SEED.length}`).replaceAll('\r\n', '\n') + SEED],
    ['a bare carriage return in a field', head('X-A: b\rContent-Length: 5', `Content-Length: ${SEED.length}`) + SEED],
    ['a folded field', head('X-A: b', ` Content-Length: 5`, `Content-Length: ${SEED.length}`) + SEED],
    ['a NUL in a field', head('X-A: b\0c', `Content-Length: ${SEED.length}`) + SEED],
    ['a field without a name', head(': b', `Content-Length: ${SEED.length}`) + SEED],
  ])('A request with an ambiguous end is refused, and its connection is closed: %s', async (_, request) => {
    const statuses = statusesOf(await exchange(gateway.url, request + hidden));
    expect(statuses).toHaveLength(1);
    expect([400, 413, 431, 501]).toContain(statuses[0]);
    expect(gateway.events.map(({ device_id }) => device_id)).toEqual([]);
  });

  it('A request of HTTP/1.0 with chunks is refused, because a proxy may read it differently', async () => {
    const old = head('Transfer-Encoding: chunked', 'Connection: keep-alive').replace('HTTP/1.1', 'HTTP/1.0');
    const answer = await exchange(gateway.url, old + chunked(SEED));
    expect(statusesOf(answer)).toEqual([400]);
    expect(answer).toMatch(/connection: close/i);
    expect(gateway.publisher.records).toEqual([]);
  });

  it('A request without a host is refused', async () => {
    const hostless = head(`Content-Length: ${SEED.length}`).replace('Host: gateway\r\n', '');
    expect(statusesOf(await exchange(gateway.url, hostless + SEED))).toEqual([400]);
    expect(gateway.publisher.records).toEqual([]);
  });
});

describe('The data after a body', () => {
  it('The data after a body is never read as a part of it', async () => {
    const bytes = head('Content-Length: 5', 'Connection: close') + SEED + hidden;
    expect(statusesOf(await exchange(gateway.url, bytes))).toEqual([400]);
    expect(gateway.publisher.records).toEqual([]);
  });

  it('The data after a body is never a request if the sender has closed the connection', async () => {
    const bytes = head(`Content-Length: ${SEED.length}`, 'Connection: close') + SEED + hidden;
    expect(statusesOf(await exchange(gateway.url, bytes))).toEqual([202]);
    expect(gateway.events.map(({ device_id }) => device_id)).toEqual(['dev-2']);
  });

  it('The data after a body hides no answer: an accepted record is answered first, and the bytes that are not HTTP after it', async () => {
    const bytes = head(`Content-Length: ${SEED.length}`) + SEED + 'NONSENSE\r\n\r\n';
    expect(statusesOf(await exchange(gateway.url, bytes))).toEqual([202, 400]);
    expect(gateway.events.map(({ device_id }) => device_id)).toEqual(['dev-2']);
  });

  it('The data after a body is never a request until the declared length has arrived', async () => {
    const bytes = head('Content-Length: 9007199254740991') + SEED + hidden;
    expect(statusesOf(await exchange(gateway.url, bytes, answers(1)))).toEqual([413]);
    expect(gateway.publisher.records).toEqual([]);
  });
});
