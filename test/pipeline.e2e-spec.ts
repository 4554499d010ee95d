import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HttpClient, storedIds, profile, startSystem, type System, until } from '@sluice/test-kit';

let system: System;
let client: HttpClient;

beforeAll(async () => {
  system = await startSystem();
  client = new HttpClient(system.baseUrl);
});

afterAll(() => system.dispose());

interface Report {
  device_id: string;
  record_id?: string;
  timestamp: string;
  data_payload: Record<string, unknown>;
}

const report = (deviceId: string, more: Partial<Report> = {}): Report => ({
  device_id: deviceId,
  timestamp: '2025-09-09T17:00:00Z',
  data_payload: { gene_count: 12, sample_quality: 0.98 },
  ...more,
});

/** Where the record is, once it is no longer in the buffer. */
function settled(deviceId: string, recordId: string) {
  return until(`${recordId} has left the buffer`, async () => {
    const { status, body } = await client.get(`/records/${deviceId}/${encodeURIComponent(recordId)}`);
    return status === 200 && body.state !== 'buffered' ? body : undefined;
  });
}

describe(`The pipeline (${profile()})`, () => {
  it('The pipeline stores a record exactly as the device wrote it', async () => {
    const payload = {
      text: 'grün 🧪',
      numbers: [1e-7, 2 ** 53 - 1, 0.1],
      $set: { 'a.b': null },
      nested: [[], {}],
      '2': 'b',
      '1': 'a',
    };
    const sent = report('e2e-exact', {
      record_id: 'r 1/é'.replace('é', 'e'),
      timestamp: '2025-09-09T19:00:00.123456+02:00',
      data_payload: payload,
    });
    expect(await client.post('/ingest', sent)).toMatchObject({
      status: 202,
      body: { record_id: 'r 1/e', device_id: 'e2e-exact', status: 'accepted', receipt: expect.any(String) },
    });
    await settled('e2e-exact', 'r 1/e');
    const { body } = await client.get('/records?device_id=e2e-exact');
    expect(body.records).toMatchObject([{ timestamp: sent.timestamp, data_payload: payload }]);
  });

  it('The pipeline keeps the sign of -0', async () => {
    const body =
      '{"device_id":"e2e-zero","record_id":"z","timestamp":"2025-09-09T17:00:00Z","data_payload":{"drift":-0.0}}';
    expect((await client.postText('/ingest', body)).status).toBe(202);
    const { data_payload: payload } = await settled('e2e-zero', 'z');
    expect(Object.is(payload.drift, -0)).toBe(true);
  });

  it('The pipeline gives every record of a list its own result, in order, in every form of a body', async () => {
    const device = 'e2e-forms';
    const bad = { device_id: device };
    const array = await client.post('/ingest', [
      report(device, { record_id: 'a1' }),
      bad,
      report(device, { record_id: 'a2' }),
    ]);
    expect(array).toMatchObject({
      status: 207,
      body: {
        accepted: 2,
        rejected: 1,
        results: [{ index: 0, record_id: 'a1' }, { index: 1, status: 'rejected' }, { index: 2 }],
      },
    });
    const lines = [report(device, { record_id: 'n1' }), report(device, { record_id: 'n2' })].map((one) =>
      JSON.stringify(one),
    );
    const ndjson = await client.postText('/ingest', lines.join('\r\n'), { 'content-type': 'application/x-ndjson' });
    expect(ndjson).toMatchObject({ status: 202, body: { accepted: 2, rejected: 0 } });
    const zipped = gzipSync(JSON.stringify([report(device, { record_id: 'z1' })]));
    expect((await client.postText('/ingest', zipped, { 'content-encoding': 'gzip' })).status).toBe(202);
    await until('all five are stored', async () => (await storedIds(client, device)).length >= 5 || undefined);
    expect((await storedIds(client, device)).sort()).toEqual(['a1', 'a2', 'n1', 'n2', 'z1']);
  });

  it('The pipeline stores a repeat with the same key once', async () => {
    const device = 'e2e-repeat';
    for (let attempt = 0; attempt < 3; attempt++) {
      const { status } = await client.post('/ingest', report(device), { 'idempotency-key': 'same' });
      expect(status).toBe(202);
    }
    await client.post('/ingest', report(device, { record_id: 'last' }));
    await settled(device, 'last');
    expect((await storedIds(client, device)).sort()).toEqual(['last', 'same']);
  });

  it('The pipeline keeps the first of two payloads with one key, and dead-letters the second with its reason', async () => {
    const device = 'e2e-conflict';
    await client.post('/ingest', report(device, { record_id: 'k' }));
    await client.post('/ingest', report(device, { record_id: 'k', data_payload: { another: true } }));
    await client.post('/ingest', report(device, { record_id: 'after' }));
    expect(await settled(device, 'after')).toMatchObject({ state: 'stored' });
    expect(await settled(device, 'k')).toMatchObject({ state: 'stored', data_payload: report(device).data_payload });
  });

  it('The pipeline shows an acknowledged record in the buffer or in the records at every moment', async () => {
    const device = 'e2e-neither';
    for (let round = 0; round < 40; round++) {
      const { body: answer } = await client.post('/ingest', report(device, { record_id: `n${round}` }));
      // The buffer first and the records second: a record moves from the one to the other.
      const buffered = await client.get(`/check-buffer?device_id=${device}`);
      const stored = await client.get(`/records/${device}/${answer.record_id}`);
      const isBuffered = buffered.body.records.some(
        ({ record_id: id }: { record_id: string }) => id === answer.record_id,
      );
      expect({ round, isSeen: isBuffered || stored.status === 200 }).toEqual({ round, isSeen: true });
    }
  });

  it('The pipeline pages newest first, without a gap or a repeat, while more arrives', async () => {
    const device = 'e2e-pages';
    const at = (second: number): string => `2025-09-09T17:00:${String(second).padStart(2, '0')}Z`;
    const many = Array.from({ length: 25 }, (_, second) =>
      report(device, { record_id: `p${second}`, timestamp: at(second) }),
    );
    expect((await client.post('/ingest', many)).body).toMatchObject({ accepted: 25 });
    await until('all are stored', async () => (await storedIds(client, device)).length === 25 || undefined);

    const first = await client.get(`/records?device_id=${device}&limit=10`);
    await client.post('/ingest', report(device, { record_id: 'late', timestamp: at(59) }));
    await settled(device, 'late');
    const second = await client.get(`/records?device_id=${device}&limit=100&cursor=${first.body.next_cursor}`);
    const ids = [...first.body.records, ...second.body.records].map(({ record_id: id }: { record_id: string }) => id);
    expect(ids).toEqual(many.map(({ record_id: id }) => id).reverse());
    const window = await client.get(`/records?device_id=${device}&from=${at(3)}&to=${at(5)}`);
    expect(window.body.records.map(({ record_id: id }: { record_id: string }) => id)).toEqual(['p4', 'p3']);
  });

  it.each([
    ['/ingest', 'nonsense', 400, 'invalid-json'],
    ['/ingest', '{"device_id":"e2e-bad"}', 422, 'invalid-record'],
    ['/ingest', '[]', 400, 'wrong-shape'],
  ])('The pipeline refuses POST %s of %s with %i %s', async (path, body, status, code) => {
    const answer = await client.postText(path, body);
    expect(answer).toMatchObject({ status, body: { status, code, instance: path } });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });

  it.each([
    ['/records?limit=0', 400, 'invalid-parameter'],
    ['/records?device_id[$ne]=x', 400, 'invalid-parameter'],
    ['/records?cursor=broken', 400, 'invalid-cursor'],
    ['/check-buffer?limit=1001', 400, 'invalid-parameter'],
    ['/records/e2e-none/none', 404, 'not-found'],
    ['/nowhere', 404, 'not-found'],
  ])('The pipeline refuses GET %s with %i %s', async (path, status, code) => {
    expect(await client.get(path)).toMatchObject({ status, body: { status, code } });
  });

  it('The pipeline describes all its paths', async () => {
    const { body } = await client.get('/openapi.json');
    const paths = [
      '/ingest',
      '/check-buffer',
      '/records',
      '/records/{device_id}/{record_id}',
      '/health/live',
      '/health/ready',
    ];
    expect(body.openapi).toMatch(/^3\.1/);
    expect(Object.keys(body.paths)).toEqual(expect.arrayContaining(paths));
    expect((await client.get('/docs')).status).toBe(200);
  });
});
