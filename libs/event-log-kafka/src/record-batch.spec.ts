import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import decodeBatch from 'kafkajs/src/protocol/recordBatch/v0/decoder.js';
import type { LogEntry } from '@sluice/event-log';
import { crc32c } from './crc32c.js';
import { codecOf } from './compression.js';
import { compressedRecordBatch, maxBatchBytes, writeRecordBatch } from './record-batch.js';

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((part) => Buffer.from(part)),
  fc.constantFrom(63, 64, 8191, 8192, 20_000).map((length) => Buffer.alloc(length, 'x')),
);
const timestampMs = fc.oneof(
  fc.integer({ min: 1_780_000_000_000, max: 1_780_000_000_100 }),
  fc.integer({ min: 0, max: 4_000_000_000_000 }),
);
const entry: fc.Arbitrary<LogEntry> = fc.record({
  key: fc.option(bytes),
  value: fc.option(bytes),
  // KafkaJS's reader fails on names of Object.prototype.
  headers: fc.dictionary(
    fc.string({ unit: 'grapheme' }).map((name) => `h-${name}`),
    fc.string({ unit: 'grapheme' }),
    {
      maxKeys: 4,
    },
  ),
  timestampMs,
});

it('A batch is read back as it was written, and is no larger than its bound', async () => {
  const entries = fc.array(entry, { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(entries, fc.nat({ max: 10 }), async (written, start) => {
      const batch = encode(written, start);
      const { records, ...head } = await decodeBatch(new Decoder(batch));
      expect(records.map(({ timestamp, ...rest }) => shown({ ...rest, timestampMs: Number(timestamp) }))).toEqual(
        written.map(shown),
      );
      const times = written.map((one) => one.timestampMs);
      expect(head).toMatchObject({
        firstTimestamp: String(times[0]),
        maxTimestamp: String(Math.max(...times)),
        lastOffsetDelta: written.length - 1,
        producerId: '-1',
      });
    }),
  );
});

it('A batch has its length and the checksum of all that follows it', () => {
  const batch = encode([{ key: null, value: Buffer.from('v'), headers: {}, timestampMs: 1 }], 0);
  expect(batch.readInt32BE(8)).toBe(batch.length - 12);
  expect(batch.readUInt32BE(17)).toBe(crc32c(batch, 21, batch.length));
});

it('An entry keeps its headers, also when another set of the same object came before', async () => {
  const shared = { a: '1' };
  const entries = [shared, shared, { a: '2' }, shared].map((headers) => ({
    key: null,
    value: null,
    headers,
    timestampMs: 1,
  }));
  const { records } = await decodeBatch(new Decoder(encode(entries, 0)));
  expect(records.map(({ headers }) => String(headers['a']))).toEqual(['1', '1', '2', '1']);
});

it('A compressed batch is read back as it was written', async () => {
  const headers = { a: '1' };
  const written = ['one', 'two'].map((text) => ({ key: null, value: Buffer.from(text), headers, timestampMs: 1 }));
  const batch = await compressedRecordBatch(written, codecOf({ compression: 'gzip' })!);
  expect([batch.readInt32BE(8), batch.readUInt32BE(17)]).toEqual([batch.length - 12, crc32c(batch, 21, batch.length)]);
  const { records } = await decodeBatch(new Decoder(batch));
  expect(records.map(({ value }) => String(value))).toEqual(['one', 'two']);
});

function encode(entries: readonly LogEntry[], start: number): Buffer {
  const target = Buffer.alloc(start + maxBatchBytes(entries), 0xaa);
  const end = writeRecordBatch(entries, target, start);
  expect(end).toBeLessThanOrEqual(target.length);
  return target.subarray(start, end);
}

interface Shown {
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, Buffer | string>;
  timestampMs: number;
}

/** As texts: comparing many buffers takes long. */
function shown({ key, value, headers, timestampMs: ms }: Shown): string {
  const pairs = Object.entries(headers).map(([name, text]) => [name, text.toString()]);
  return JSON.stringify([key?.toString('latin1') ?? null, value?.toString('latin1') ?? null, ms, pairs]);
}
