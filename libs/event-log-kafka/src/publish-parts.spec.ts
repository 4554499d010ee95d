import { describe, expect, it } from '@jest/globals';
import type { Message, RecordMetadata } from 'kafkajs';
import { partitionOf } from '@sluice/contracts';
import type { LogEntry } from '@sluice/event-log';
import { messageOf, outcomesOf, partsOf, pinPartition } from './publish-parts.js';

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

describe('pinPartition', () => {
  const place = pinPartition();

  it('The partition follows the rule of the contract', () => {
    const message = messageOf(entryOf(1, { key: Buffer.from('dev-2') }));
    expect(place(askFor(message, 12))).toBe(partitionOf('dev-2', 12));
  });

  it('A message without a key goes to partition 0', () => {
    expect(place(askFor(messageOf(entryOf(1)), 12))).toBe(0);
  });

  it('A message stays in its first partition when the topic grows between two attempts', () => {
    const message = messageOf(entryOf(1, { key: Buffer.from('dev-2') }));
    const first = place(askFor(message, 5));
    expect(partitionOf('dev-2', 7)).not.toBe(first);
    expect(place(askFor(message, 7))).toBe(first);
  });
});

describe('outcomesOf', () => {
  it('The offsets of each partition count from the first one that the broker named', () => {
    expect(outcomesOf(messagesIn(0, 1, 0, 1), [confirmed(0, '7'), confirmed(1, '40')])).toEqual([
      { written: true, partition: 0, offset: 7 },
      { written: true, partition: 1, offset: 40 },
      { written: true, partition: 0, offset: 8 },
      { written: true, partition: 1, offset: 41 },
    ]);
  });

  it.each([
    ['was not named', []],
    ['was named with an error', [{ ...confirmed(1, '40'), errorCode: 6 }]],
    ['was named without an offset', [confirmed(1, undefined)]],
    ['was named with no real offset', [confirmed(1, '-1')]],
  ])('No message is written in a partition that %s', (_, ofPartition1) => {
    expect(outcomesOf(messagesIn(1, 0), [confirmed(0, '7'), ...ofPartition1])).toEqual([
      { written: false, reason: expect.any(String) },
      { written: true, partition: 0, offset: 7 },
    ]);
  });
});

function entryOf(bytes: number, more: Partial<LogEntry> = {}): LogEntry {
  return { key: null, value: Buffer.alloc(bytes), headers: {}, timestampMs: 1000, ...more };
}

function messagesIn(...partitions: number[]): Message[] {
  return partitions.map((partition) => ({ value: 'x', partition }));
}

function confirmed(partition: number, baseOffset: string | undefined): RecordMetadata {
  return { topicName: 'events', partition, errorCode: 0, ...(baseOffset !== undefined && { baseOffset }) };
}

function askFor(message: Message, partitionCount: number) {
  const partitionMetadata = Array.from({ length: partitionCount }, (_, partitionId) => ({
    partitionId,
    partitionErrorCode: 0,
    leader: 1,
    replicas: [1],
    isr: [1],
  }));
  return { topic: 'events', message, partitionMetadata };
}
