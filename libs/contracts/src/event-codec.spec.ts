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

describe('an event', () => {
  it('comes back from its bytes equal, the sign of zero included', () => {
    fc.assert(
      fc.property(arbitraryEvent, (sent) => {
        // Not toStrictEqual: it takes a payload's own key `constructor` for the type of the object.
        expect(decodeEvent(encodeEvent(sent))).toEqual({ ok: true, event: sent });
      }),
    );
  });

  it('keeps -0 at every level', () => {
    const sent = { ...event, data_payload: { zero: -0, list: [0, -0, { inner: -0 }], text: '-0' } };
    expect(encodeEvent(sent).toString()).toContain('"data_payload":{"zero":-0,"list":[0,-0,{"inner":-0}],"text":"-0"}');
    expect(decodeEvent(encodeEvent(sent))).toStrictEqual({ ok: true, event: sent });
  });

  it('loses the fields that this version does not know, and nothing else', () => {
    expect(decodeEvent(textOf({ ...event, site: 'north' }))).toStrictEqual({ ok: true, event });
  });
});

describe('decodeEvent', () => {
  it('never throws on any bytes', () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
    fc.assert(
      fc.property(bytes, (value) => expect(decodeEvent(value)).toMatchObject({ ok: false, reason: 'undecodable' })),
    );
  });

  it('never throws on any JSON', () => {
    fc.assert(fc.property(arbitraryReport, (value) => void decodeEvent(textOf(value))));
  });

  it('never throws on damaged events', () => {
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
    ['a device_id out of its alphabet', textOf({ ...event, device_id: 'a b' }), 'invalid-event'],
    ['a payload that is a list', textOf({ ...event, data_payload: [] }), 'invalid-event'],
  ])('gives a reason for %s', (_, value, reason) => {
    expect(decodeEvent(value)).toMatchObject({ ok: false, reason });
  });

  it('leaves an event of a later schema version alone', () => {
    expect(decodeEvent(encodeEvent(event), '2')).toMatchObject({ ok: false, reason: 'unknown-schema-version' });
    expect(decodeEvent(encodeEvent(event), '1')).toMatchObject({ ok: true });
  });

  it('never repeats a value in its reason', () => {
    const decoded = decodeEvent(textOf({ ...event, device_id: 'hunter2!' }));
    expect(decoded).toMatchObject({ ok: false });
    expect(JSON.stringify(decoded)).not.toContain('hunter2');
  });
});
