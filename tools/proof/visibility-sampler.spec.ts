import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Ledger } from '../load/ledger/ledger.js';
import { Random } from '../load/ledger/random.js';
import { until } from '@sluice/test-kit';
import { VisibilitySampler } from './visibility-sampler.js';

const REPORT = { device_id: 'd', record_id: 'r', timestamp: '2025-09-09T17:00:00Z', data_payload: {} };
const EMPTY = { records: [], next_cursor: null };
const WITH_IT = { records: [REPORT], next_cursor: null };

/** By the beginning of the path: what the two views and the search for one record answer. */
let answers: Record<string, { status: number; body: object }>;
let server: Server;
let sampler: VisibilitySampler;

beforeEach(async () => {
  answers = {
    '/check-buffer': { status: 200, body: EMPTY },
    '/records?': { status: 200, body: EMPTY },
    '/records/d/r': { status: 404, body: { detail: 'This device has no record with this id.' } },
  };
  server = createServer(({ url }, response) => {
    const [, answer] = Object.entries(answers).find(([path]) => url!.startsWith(path))!;
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
});

afterEach(async () => {
  await sampler.stop();
  server.closeAllConnections();
  server.close();
});

function startSampling(): void {
  const ledger = new Ledger();
  ledger.sent(REPORT);
  ledger.answered('d', 'r', 'acked');
  const { port } = server.address() as AddressInfo;
  sampler = new VisibilitySampler(`http://127.0.0.1:${port}`, ledger, new Random(1));
}

describe('The sampler of the two views', () => {
  it('The sampler of the two views finds a record that is in neither', async () => {
    startSampling();
    await until('it is found', () => sampler.invisible.length > 0 || undefined);
    expect(sampler.invisible[0]).toBe('d/r');
  });

  it.each<[string, () => void]>([
    ['in the buffer', () => (answers['/check-buffer']!.body = WITH_IT)],
    ['among the records', () => (answers['/records?']!.body = WITH_IT)],
    ['dead-lettered', () => (answers['/records/d/r'] = { status: 200, body: { state: 'dead_lettered' } })],
  ])('The sampler of the two views finds nothing when the record is %s', async (_where, put) => {
    put();
    startSampling();
    await until('it has sampled', () => sampler.sampled > 10 || undefined);
    expect(sampler.invisible).toEqual([]);
  });

  it.each<[string, () => void]>([
    ['a view does not answer', () => (answers['/records?'] = { status: 503, body: {} })],
    [
      'not everything was searched',
      () => (answers['/records/d/r']!.body = { detail: 'only the newest were searched' }),
    ],
  ])('The sampler of the two views counts nothing when %s', async (_why, put) => {
    put();
    const asked = new Promise((resolve) => server.once('request', resolve));
    startSampling();
    await asked;
    await sampler.stop();
    expect({ sampled: sampler.sampled, invisible: sampler.invisible }).toEqual({ sampled: 0, invisible: [] });
  });
});
