import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeEvent, encodeEvent } from './event-codec.js';
import type { IngestEvent } from './event.js';
import { arbitraryEvent, arbitraryReport } from './testing/arbitrary-report.js';

const event: IngestEvent = {
  record_id: 'r-1',
  device_id: 'dev-2',
  timestamp: '2025-09-09T17:00:00Z',
  received_at: '2025-09-09T17:00:01.250Z',
  data_payload: { gene_count: 12 },
};
const textOf = (value: unknown) => Buffer.from(JSON.stringify(value));
const withPayload = (payload: string) => JSON.stringify({ ...event, data_payload: 0 }).replace(':0}', `:${payload}}`);
const withTexts = (data_payload: object, number_texts: object) => textOf({ ...event, data_payload, number_texts });

describe('An event', () => {
  it('An event comes back from its bytes equal, the sign of zero included', () => {
    fc.assert(
      fc.property(arbitraryEvent, (sent) => {
        // Not toStrictEqual: it takes a payload's own key `constructor` for the type of the object.
        expect(decodeEvent(encodeEvent(sent))).toEqual({ ok: true, event: sent });
      }),
    );
  });

  it('An event keeps -0 at every level', () => {
    const sent = { ...event, data_payload: { zero: -0, list: [0, -0, { inner: -0 }], text: '-0' } };
    expect(encodeEvent(sent).toString()).toContain('"data_payload":{"zero":-0,"list":[0,-0,{"inner":-0}],"text":"-0"}');
    expect(decodeEvent(encodeEvent(sent))).toStrictEqual({ ok: true, event: sent });
  });

  it('An event keeps the digits of whole numbers and the value of doubles, at every level', () => {
    const data_payload = { ns: 1490745150008486243n, list: [1, { max: 2n ** 64n - 1n }, 9.9e37], zero: -0, text: '17' };
    const bytes = encodeEvent({ ...event, data_payload });
    expect(decodeEvent(bytes)).toStrictEqual({ ok: true, event: { ...event, data_payload } });
    expect(JSON.parse(bytes.toString())).toMatchObject({
      data_payload: { ns: '1490745150008486243', list: [1, { max: '18446744073709551615' }, '9.9e+37'] },
      number_texts: { ns: true, list: { 1: { max: true }, 2: true } },
    });
  });

  it('An event names a list of numbers once, however many of them are texts', () => {
    const data_payload = { values: [1e22, 2, null, 2n ** 63n], mixed: ['a', 1e22] };
    const bytes = encodeEvent({ ...event, data_payload });
    expect(decodeEvent(bytes)).toStrictEqual({ ok: true, event: { ...event, data_payload } });
    expect(JSON.parse(bytes.toString())).toMatchObject({ number_texts: { values: true, mixed: { 1: true } } });
  });

  it.each([
    ['0', 0],
    ['-0', -0],
    ['1.5E+3', 1500],
    ['-1e-7', -1e-7],
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', 9007199254740993n],
    ['-9223372036854775808', -(2n ** 63n)],
    ['9007199254740992.0', 9007199254740992],
  ])('An event is read with the number of its text %s', (text, number) => {
    const { event: read } = decodeEvent(withTexts({ a: text }, { a: true })) as { event: IngestEvent };
    expect(read.data_payload).toStrictEqual({ a: number });
  });

  it('An event of another writer keeps the digits that its text has as numbers', () => {
    const bytes = Buffer.from(withPayload('{"ns":1490745150008486243,"volt":9.9E37,"small":12}'));
    const data_payload = { ns: 1490745150008486243n, volt: 9.9e37, small: 12 };
    expect(decodeEvent(bytes)).toStrictEqual({ ok: true, event: { ...event, data_payload } });
  });

  it('An event keeps what the device wrote instead of its timestamp, and whose clock it is', () => {
    const sent: IngestEvent = { ...event, timestamp_sent: '1757437200', timestamp_source: 'device' };
    expect(decodeEvent(encodeEvent(sent))).toStrictEqual({ ok: true, event: sent });
  });

  it('An event is read even if its ids have a form that is no longer accepted', () => {
    for (const sent of [
      { ...event, record_id: ' a ' },
      { ...event, device_id: '..' },
    ]) {
      expect(decodeEvent(encodeEvent(sent))).toStrictEqual({ ok: true, event: sent });
    }
  });

  it('An event loses only the fields that this version does not know', () => {
    expect(decodeEvent(textOf({ ...event, site: 'north' }))).toStrictEqual({ ok: true, event });
  });
});

describe('decodeEvent', () => {
  it('decodeEvent never throws on any bytes', () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
    fc.assert(
      fc.property(bytes, (value) => expect(decodeEvent(value)).toMatchObject({ ok: false, reason: 'undecodable' })),
    );
  });

  it('decodeEvent never throws on any JSON', () => {
    fc.assert(fc.property(arbitraryReport, (value) => void decodeEvent(textOf(value))));
  });

  it('decodeEvent never throws on damaged events', () => {
    const damage = fc.tuple(fc.nat(encodeEvent(event).length - 1), fc.nat(255));
    fc.assert(
      fc.property(damage, ([at, byte]) => {
        const bytes = encodeEvent(event);
        bytes[at] = byte;
        const decoded = decodeEvent(bytes);
        if (!decoded.ok) expect(['undecodable', 'invalid-event']).toContain(decoded.reason);
      }),
    );
  });

  it.each([
    ['no value', null, 'undecodable'],
    ['an empty value', Buffer.alloc(0), 'undecodable'],
    ['a value that is not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'undecodable'],
    ['half an event', encodeEvent(event).subarray(0, 40), 'undecodable'],
    ['a list', textOf([event]), 'undecodable'],
    ['null', textOf(null), 'undecodable'],
    ['an event without record_id', textOf({ ...event, record_id: undefined }), 'invalid-event'],
    ['an event without received_at', textOf({ ...event, received_at: undefined }), 'invalid-event'],
    ['a received_at that is no time', textOf({ ...event, received_at: 'now' }), 'invalid-event'],
    ['a received_at that is a number', textOf({ ...event, received_at: 1757437200000 }), 'invalid-event'],
    ['a device_id out of its alphabet', textOf({ ...event, device_id: 'a*b' }), 'invalid-event'],
    ['a timestamp_source that is none', textOf({ ...event, timestamp_source: 'sundial' }), 'invalid-event'],
    ['a timestamp_sent that is no text', textOf({ ...event, timestamp_sent: 1757437200 }), 'invalid-event'],
    ['a whole number of 65 bits', Buffer.from(withPayload('{"a":18446744073709551616}')), 'invalid-event'],
    ['a number too large', Buffer.from(withPayload('{"a":1e400}')), 'invalid-event'],
    ['number_texts that lead nowhere', textOf({ ...event, number_texts: { a: true } }), 'invalid-event'],
    ['number_texts of no text', textOf({ ...event, number_texts: { gene_count: true } }), 'invalid-event'],
    ['number_texts that are true', textOf({ ...event, number_texts: true }), 'invalid-event'],
    ['a number text that is none', withTexts({ a: '0x10' }, { a: true }), 'invalid-event'],
    ...['', '-', '01', '1.', '.5', '1e', '+1', ' 1', '1 ', '1n', '-9223372036854775809', '1'.repeat(65)].map(
      (text) => [`the number text "${text}"`, withTexts({ a: text }, { a: true }), 'invalid-event'] as const,
    ),
    ['a text that is no number in a list of numbers', withTexts({ a: ['1e22', 'b'] }, { a: true }), 'invalid-event'],
    ['a number text of 65 bits', withTexts({ a: '18446744073709551616' }, { a: true }), 'invalid-event'],
    ['a number text too large', withTexts({ a: '1e400' }, { a: true }), 'invalid-event'],
    ['a payload that is a list', textOf({ ...event, data_payload: [] }), 'invalid-event'],
  ])('decodeEvent gives a reason for %s', (_, value, reason) => {
    expect(decodeEvent(value)).toMatchObject({ ok: false, reason });
  });

  it('decodeEvent does not decode an event of a later schema version', () => {
    expect(decodeEvent(encodeEvent(event), '2')).toMatchObject({ ok: false, reason: 'unknown-schema-version' });
    expect(decodeEvent(encodeEvent(event), '1')).toMatchObject({ ok: true });
  });

  it('decodeEvent never repeats a value in its reason', () => {
    const decoded = decodeEvent(textOf({ ...event, device_id: '<hunter2' }));
    expect(decoded).toMatchObject({ ok: false });
    expect(JSON.stringify(decoded)).not.toContain('hunter2');
  });
});
