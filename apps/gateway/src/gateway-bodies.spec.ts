import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { deflateBomb } from './testing/deflate-bomb.js';
import { GatewayUnderTest, SEED_RECORD } from './testing/gateway-under-test.js';
import { rawPost } from './testing/raw-post.js';

const MIB = 1024 * 1024;
const JSON_TYPE = { 'content-type': 'application/json' };
const SEED = JSON.stringify(SEED_RECORD);

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await GatewayUnderTest.start({
    maxBodyBytes: 12 * MIB,
    maxInflatedBytes: 16 * MIB,
    maxBytesInFlight: 64 * MIB,
  });
});
beforeEach(() => {
  gateway.publisher.records.length = 0;
});
afterAll(() => gateway.stop());

describe('The media type', () => {
  it.each([
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'Application/JSON',
    'application/json; profile=x',
  ])('The media type is accepted: %s', async (type) => {
    expect((await gateway.post(SEED, { 'content-type': type })).status).toBe(202);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'text/json', 'application/jsonl'])(
    'The media type is accepted from senders that cannot set another one: %s',
    async (type) => {
      const { status } = await gateway.post(SEED, { 'content-type': type });
      expect(status).toBe(202);
    },
  );

  it('The media type is required from a page of another origin', async () => {
    const { status, body } = await gateway.post(SEED, { 'content-type': 'text/plain', origin: 'https://evil.example' });
    expect([status, body.errors![0]!.pointer]).toEqual([415, 'header:content-type']);
  });

  it.each(['text/xml', 'application/json; charset=latin1', 'application/x-ndjson; charset=utf-16'])(
    'The media type is refused with 415: %s',
    async (type) => {
      const { status, body } = await gateway.post(SEED, { 'content-type': type });
      expect([status, body.code]).toEqual([415, 'unsupported-media-type']);
    },
  );

  it('The media type may be missing', async () => {
    expect((await rawPost(gateway.url, { 'content-length': String(SEED.length) }, [SEED])).status).toBe(202);
  });

  it('The media type does not matter without a body: the answer is 400', async () => {
    const { status, body } = await rawPost(gateway.url, {});
    expect([status, body.code]).toEqual([400, 'invalid-json']);
    expect(body.errors![0]).toMatchObject({ offset: 0, detail: expect.stringContaining('Content-Length') });
  });
});

const COMPRESSORS = { gzip: gzipSync, 'x-gzip': gzipSync, deflate: deflateSync, zstd: zstdCompressSync };

describe.each(Object.entries(COMPRESSORS))('A body in %s', (coding, compress) => {
  const whole = compress(SEED);
  const encoded = (bytes: Buffer) => gateway.post(bytes, { 'content-encoding': coding });

  it('A body in this coding is inflated', async () => {
    expect((await encoded(whole)).status).toBe(202);
    expect(gateway.events[0]).toMatchObject(SEED_RECORD);
  });

  it.each([
    ['cut short', whole.subarray(0, -5)],
    ['followed by something else', Buffer.concat([whole, Buffer.from('garbage')])],
    ['followed by zeros', Buffer.concat([whole, Buffer.alloc(5)])],
    ['not compressed at all', Buffer.from(SEED)],
    ['damaged', Buffer.concat([whole.subarray(0, 20), Buffer.from([0xff, 0xff, 0xff]), whole.subarray(23)])],
  ])('A body in this coding is refused with 400 when it is %s', async (_name, bytes) => {
    const { status, body } = await encoded(bytes);
    expect([status, body.code]).toEqual([400, 'invalid-encoding']);
    expect(gateway.publisher.records).toEqual([]);
  });

  it('A body in this coding may be several streams, one after the other, except for deflate', async () => {
    if (coding === 'deflate') return;
    const lines = Buffer.concat(
      [1, 2, 3].map((n) => compress(`${JSON.stringify({ ...SEED_RECORD, record_id: `r${n}` })}\n`)),
    );
    const headers = { 'content-type': 'application/x-ndjson', 'content-encoding': coding };
    expect((await gateway.post(lines, headers)).status).toBe(202);
    expect(gateway.events.map(({ record_id }) => record_id)).toEqual(['r1', 'r2', 'r3']);
    gateway.publisher.records.length = 0;
    const { status, body } = await gateway.post(lines.subarray(0, -5), headers);
    expect([status, body.code]).toEqual([400, 'invalid-encoding']);
    expect(gateway.publisher.records).toEqual([]);
  });

  it('A body in this coding is refused with 413 when it inflates beyond the limit', async () => {
    const { status, body } = await encoded(compress(Buffer.alloc(64 * MIB)));
    expect([status, body.code]).toEqual([413, 'body-too-large']);
    expect(gateway.admission.bytes).toBe(0);
  });
});

describe('The content encoding', () => {
  it('The content encoding may be identity', async () => {
    expect((await gateway.post(SEED, { 'content-encoding': 'identity' })).status).toBe(202);
  });

  it.each(['br', 'gzip, gzip', 'gzip, identity', 'x'])(
    'The content encoding is refused with 415: %s',
    async (coding) => {
      const { status, body } = await gateway.post(SEED, { 'content-encoding': coding });
      expect([status, body.code]).toEqual([415, 'unsupported-encoding']);
    },
  );

  it('The content encoding leaves memory bounded when 10 MB would inflate to 10 GB', async () => {
    const bomb = deflateBomb(10 * MIB);
    const before = process.memoryUsage().rss;
    const { status, body } = await gateway.post(bomb, { 'content-encoding': 'gzip' });
    expect([status, body.code]).toEqual([413, 'body-too-large']);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * MIB);
  });

  it('The content encoding leaves memory bounded when a zstd frame asks for a large window', async () => {
    // Magic number; no content size, no checksum; a window of 16 MiB; one empty last block.
    const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x70, 0x01, 0x00, 0x00]);
    const { status, body } = await gateway.post(frame, { 'content-encoding': 'zstd' });
    expect([status, body.code]).toEqual([400, 'invalid-encoding']);
  });
});

describe('The size of the body', () => {
  it('The size of the body is refused with 413 by what Content-Length says', async () => {
    const headers = { ...JSON_TYPE, 'content-length': String(12 * MIB + 1) };
    const answer = rawPost(gateway.url, headers, [' '.repeat(1000)]);
    const { status, body } = await answer;
    expect([status, body.code]).toEqual([413, 'body-too-large']);
  });

  it('The size of the body is refused with 413 by its bytes when it comes in chunks', async () => {
    const chunks = new Array<string>(13).fill(' '.repeat(MIB));
    const { status, body } = await rawPost(gateway.url, JSON_TYPE, chunks);
    expect([status, body.code]).toEqual([413, 'body-too-large']);
    expect(gateway.admission.bytes).toBe(0);
  });

  it('The size of the body does not matter when it comes in chunks below the limit', async () => {
    const chunks = [SEED.slice(0, 20), SEED.slice(20)];
    expect((await rawPost(gateway.url, JSON_TYPE, chunks)).status).toBe(202);
  });
});

describe('The header Idempotency-Key', () => {
  const withKey = (body: unknown, key = 'run-1') => gateway.post(body, { 'idempotency-key': key });

  it('The header Idempotency-Key is the record_id of a single record', async () => {
    const { status, body } = await withKey(SEED_RECORD);
    expect([status, body.record_id]).toEqual([202, 'run-1']);
    expect(gateway.events[0]!.record_id).toBe('run-1');
  });

  it.each([
    ['"k-1"', 'k-1'],
    ['"a\\"b\\\\c"', 'a"b\\c'],
    ['k"1"', 'k"1"'],
    ['"open', '"open'],
  ])('The header Idempotency-Key is a structured string if it has quotes: %s', async (header, key) => {
    expect((await withKey(SEED_RECORD, header)).body.record_id).toBe(key);
  });

  it('The header Idempotency-Key may equal record_id', async () => {
    expect((await withKey({ ...SEED_RECORD, record_id: 'run-1' })).body.record_id).toBe('run-1');
  });

  it.each([
    ['it differs from record_id', { ...SEED_RECORD, record_id: 'run-2' }],
    ['record_id is null', { ...SEED_RECORD, record_id: null }],
    ['the body is a list', [SEED_RECORD]],
  ])('The header Idempotency-Key is refused with 400 when %s', async (_name, record) => {
    const { status, body } = await withKey(record);
    expect([status, body.code]).toEqual([400, 'key-mismatch']);
    expect(body.errors![0]!.pointer).toBe('header:idempotency-key');
  });

  it('The header Idempotency-Key follows the rules of record_id', async () => {
    const { status, body } = await withKey(SEED_RECORD, 'k'.repeat(129));
    expect([status, body.errors![0]!.code]).toEqual([422, 'length']);
  });

  it('The header Idempotency-Key is refused with 400 when it occurs twice', async () => {
    const { status, body } = await rawPost(gateway.url, { ...JSON_TYPE, 'idempotency-key': ['a', 'b'] }, [SEED]);
    expect([status, body.code]).toEqual([400, 'bad-request']);
  });
});
