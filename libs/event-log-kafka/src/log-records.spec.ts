import { describe, expect, it } from '@jest/globals';
import { RecordReader } from './log-records.js';
import { batchOf, messageAt } from './testing/batches.js';

describe('RecordReader', () => {
  it('gives a record the place of its batch', () => {
    const reader = new RecordReader(batchOf([7], { partition: 3 }));
    expect(reader.read(messageAt(7))).toEqual({
      topic: 'events',
      partition: 3,
      offset: 7,
      key: null,
      value: Buffer.from('a7'),
      headers: {},
      timestampMs: 1000,
    });
  });

  it('reads the header of each record, whatever the one before it had', () => {
    const reader = new RecordReader(batchOf([0]));
    const texts = ['1', '1', '2', '', '1', 'Größe'].map(
      (text, offset) => reader.read(messageAt(offset, { version: Buffer.from(text) })).headers,
    );
    expect(texts.map(({ version }) => version)).toEqual(['1', '1', '2', '', '1', 'Größe']);
  });

  it('takes the last of several headers of one name', () => {
    const headers = { trace: [Buffer.from('first'), Buffer.from('last')] };
    expect(new RecordReader(batchOf([0])).read(messageAt(0, headers)).headers).toEqual({ trace: 'last' });
  });
});
