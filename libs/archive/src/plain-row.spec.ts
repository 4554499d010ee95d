import { describe, expect, it } from '@jest/globals';
import { encodeEvent, EVENT_HEADERS, type IngestEvent, stringifyExact } from '@sluice/contracts';
import type { LogRecord } from '@sluice/event-log';
import { readRow } from './read-row.js';
import { PlainRow } from './plain-row.js';

const EVENT: IngestEvent = {
  record_id: 'r-1',
  device_id: 'press:7',
  timestamp: '2026-01-31T08:00:00.123456789+01:00',
  received_at: '2026-01-31T07:00:01.000Z',
  data_payload: { value: 1.5, text: 'ü }', data_payload: { list: [true, null, -0.25, {}] } },
};
const HEAD =
  '{"record_id":"r-1","device_id":"press:7","timestamp":"2026-01-31T08:00:00Z","received_at":"2026-01-31T07:00:01.000Z","data_payload":';

function recordOf(value: string | Buffer, headers: Record<string, string> = EVENT_HEADERS): LogRecord {
  return { topic: 't', partition: 0, offset: 5, key: null, value: Buffer.from(value), headers, timestampMs: 0 };
}

describe('The row of a plain event', () => {
  it('The row of a plain event has the text of the payload unchanged', () => {
    const { data_payload, ...head } = EVENT;
    const row = { ...head, data_payload: JSON.stringify(data_payload), offset: 5 };
    expect(PlainRow.of(recordOf(encodeEvent(EVENT)))?.copy()).toEqual(row);
    const read = readRow(recordOf(encodeEvent(EVENT)));
    const found = read.ok && read.row instanceof PlainRow ? read.row.copy() : undefined;
    expect({ ...read, row: found }).toEqual({ ok: true, row, hour: '2026-01-31T07' });
  });

  it.each([
    ['a field that follows the payload', `${HEAD}{},"more":{}}`],
    ['a second payload', `${HEAD}{},"data_payload":{}}`],
    ['numbers as texts', encodeEvent({ ...EVENT, data_payload: { n: 2n ** 60n } })],
    ['a whole number that a double does not have', `${HEAD}{"n":9007199254740993}}`],
    ['an origin of its time', encodeEvent({ ...EVENT, timestamp_source: 'received' } as IngestEvent)],
    ['line breaks', `${HEAD}{\n}}`],
    ['white space', `${HEAD}{ }}`],
    ['an escape in the payload', `${HEAD}{"text":"\\n"}}`],
    ['a number that is written in another way', `${HEAD}{"n":1e3}}`],
    ['an escape in an id', HEAD.replace('r-1', 'r\\u002d1') + '{}}'],
    ['another order', JSON.stringify(Object.fromEntries(Object.entries(EVENT).reverse()))],
  ])('The row of a plain event is left to the decoder for %s, which reads it', (_, text) => {
    expect(PlainRow.of(recordOf(text))).toBeUndefined();
    expect(readRow(recordOf(text))).toMatchObject({ ok: true });
  });

  it.each([
    ['no object', `${HEAD}[]}`],
    ['no end', `${HEAD}{}`],
    ['text after its end', `${HEAD}{}}}`],
    ['a key that is refused', `${HEAD}{"":1}}`],
    ['a wrong time', `${HEAD.replace('T08', 'T28')}{}}`],
    ['a device_id that is refused', `${HEAD.replace('press:7', 'a*')}{}}`],
    [
      'bytes that are not UTF-8',
      Buffer.concat([Buffer.from(`${HEAD}{"a":"`), Buffer.from([0xff]), Buffer.from('"}}')]),
    ],
  ])('The row of a plain event is not made of a record with %s', (_, text) => {
    expect(PlainRow.of(recordOf(text))).toBeUndefined();
    expect(readRow(recordOf(text))).toMatchObject({ ok: false });
  });

  it('The row of a plain event is not made of another version', () => {
    const record = recordOf(encodeEvent(EVENT), { 'schema-version': '9' });
    expect(PlainRow.of(record)).toBeUndefined();
    expect(readRow(record)).toMatchObject({ ok: false, reason: 'unknown-schema-version' });
  });

  it('The row of a plain event equals that of the decoder, whatever the payload', () => {
    for (const value of [0, -0, 1e-7, 123456.789, 'a\u2028b', 'ü "}" \\ \n', '😀', [], {}, [[1], { a: null }]]) {
      const event = { ...EVENT, data_payload: { value } } as IngestEvent;
      const row = readRow(recordOf(encodeEvent(event)));
      expect(row).toMatchObject({ ok: true, row: { data_payload: stringifyExact(event.data_payload) } });
    }
  });

  it('The line of a plain event has its texts and its offset', () => {
    const { device_id, record_id, timestamp, received_at, data_payload } = EVENT;
    const row = PlainRow.of(recordOf(encodeEvent(EVENT)))!;
    const line = Buffer.alloc(row.lineBytes);
    const text = line.toString('utf8', 0, row.writeLine(line, 0));
    const fields = { device_id, record_id, timestamp, received_at, data_payload, offset: 5 };
    expect(text).toBe(`${JSON.stringify(fields)}\n`);
  });
});
