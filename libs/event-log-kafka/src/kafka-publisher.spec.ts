import { describe, expect, it } from '@jest/globals';
import type { LogEntry } from '@sluice/event-log';
import { partsOf } from './kafka-publisher.js';

describe('partsOf', () => {
  it('Entries that fit stay together', () => {
    const entries = [entryOf(10), entryOf(10)];
    expect(partsOf(entries)).toEqual([entries]);
  });

  it('A part ends before the entry that would exceed the limit, and the order is kept', () => {
    const entries = [entryOf(300), entryOf(300), entryOf(300), entryOf(300), entryOf(300)];
    const parts = partsOf(entries, 700);
    expect(parts.map((part) => part.length)).toEqual([2, 2, 1]);
    expect(parts.flat()).toEqual(entries);
  });

  it('An entry that exceeds the limit alone makes a separate part', () => {
    const parts = partsOf([entryOf(10), entryOf(1000), entryOf(10)], 700);
    expect(parts.map((part) => part.map(({ value }) => value?.length))).toEqual([[10], [1000], [10]]);
  });

  it('The size includes keys and headers, in bytes', () => {
    const headers = { name: 'ö'.repeat(200) };
    const parts = partsOf([entryOf(1, { headers }), entryOf(1, { key: Buffer.alloc(300) })], 700);
    expect(parts).toHaveLength(2);
  });
});

function entryOf(bytes: number, more: Partial<LogEntry> = {}): LogEntry {
  return { key: null, value: Buffer.alloc(bytes), headers: {}, timestampMs: 1000, ...more };
}
