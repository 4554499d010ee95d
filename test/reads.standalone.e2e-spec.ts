import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { READ_LIMITS } from '@sluice/http';
import { LARGEST_PAGE, storePages } from '../tools/edge-load/stored-pages.js';
import { HttpClient, Standalone, until } from '@sluice/test-kit';

// Pages of 8 MB take their time on a busy machine.
jest.setTimeout(180_000);

const RECORD = { device_id: 'dev-2', timestamp: '2025-09-09T17:00:00Z', data_payload: { n: 1 } };
const MAX_PAGE_BYTES = 8 * 1024 * 1024;
const MAX_RESIDENT_MIB = 512;

let standalone: Standalone;
let client: HttpClient;
const sockets: Socket[] = [];

beforeAll(async () => {
  // The heap of a container of 512 MB.
  standalone = await Standalone.start({ NODE_OPTIONS: '--max-old-space-size=259' });
  client = new HttpClient(standalone.baseUrl);
  await storePages(standalone.baseUrl);
}, 120_000);

afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await standalone.dispose();
});

/** Sends the given number of requests, and consumes nothing. */
function askAndTakeNothing(times = 1): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { port } = new URL(standalone.baseUrl);
  const request = `GET ${LARGEST_PAGE} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;
  const socket = connect(Number(port), '127.0.0.1', () => socket.write(request.repeat(times), () => resolve()));
  socket.on('error', () => resolve()).pause();
  sockets.push(socket);
  return promise;
}

function residentMiB(): number {
  const status = readFileSync(`/proc/${standalone.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024;
}

/** @returns the value of a metric without labels */
async function metric(name: string): Promise<number> {
  const { body } = await client.get('/metrics');
  return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(String(body))?.[1]);
}

it('A page of the largest records ends before it has too many bytes, and the next one continues', async () => {
  const first = await client.get(LARGEST_PAGE);
  expect(Buffer.byteLength(JSON.stringify(first.body))).toBeLessThanOrEqual(MAX_PAGE_BYTES);
  expect(first.body.has_more).toBe(true);
  const second = await client.get(`${LARGEST_PAGE}&cursor=${first.body.next_cursor}`);
  const ids = [...first.body.records, ...second.body.records].map(({ record_id }) => record_id);
  expect(new Set(ids).size).toBe(ids.length);
});

it('Clients that read nothing cost little, however much they request, and no record is refused because of them', async () => {
  await Promise.all([
    ...Array.from({ length: 100 }, () => askAndTakeNothing()),
    ...Array.from({ length: 4 }, () => askAndTakeNothing(200)),
  ]);
  await until('reads are held', async () => (await metric('sluice_reads_in_flight')) > 0 || undefined);
  for (let n = 0; n < 20; n++) expect((await client.post('/ingest', RECORD)).status).toBe(202);
  expect(await metric('sluice_read_held_bytes')).toBeLessThan(64 * 1024 * 1024);
  expect(residentMiB()).toBeLessThan(MAX_RESIDENT_MIB);
});

it('A read without a free slot is refused with overloaded and Retry-After', async () => {
  await until('the client has all its places', async () => {
    if ((await metric('sluice_reads_in_flight')) === READ_LIMITS.maxUnderWayPerClient) return true;
    await askAndTakeNothing();
    return undefined;
  });
  const { status, headers, body } = await client.get('/records?limit=1');
  expect([status, body.code]).toEqual([503, 'overloaded']);
  expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  expect(await metric('sluice_reads_refused_total')).toBeGreaterThan(0);
});

it('Clients that read nothing never delay a stop', async () => {
  expect(await standalone.end()).toBe(0);
  expect(standalone.log).not.toContain('not stopped in time');
});
