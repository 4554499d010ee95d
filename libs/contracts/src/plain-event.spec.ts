import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeEvent, encodeEvent } from './event-codec.js';
import type { IngestEvent, JsonObject } from './event.js';
import { stringifyExact } from './json-text.js';
import { payloadTextOf, PlainEvent } from './plain-event.js';

const HEAD =
  '{"record_id":"r 1","device_id":"press:7","timestamp":"2026-01-31T08:00:00.123456789+01:00","received_at":"2026-01-31T07:00:01.000Z"';
const textOf = (payload: string): Buffer => Buffer.from(`${HEAD},"data_payload":${payload}}`);

function fieldsOf({ record_id, device_id, timestamp, received_at, data_payload }: IngestEvent): IngestEvent {
  return { record_id, device_id, timestamp, received_at, data_payload };
}

describe('A plain event', () => {
  it.each([
    ['texts, numbers, literals and containers', '{"a":"ü }","b":[1,-0.25,{}],"c":{"d":null,"e":true}}'],
    ['-0', '{"a":-0}'],
    ['no fields', '{}'],
  ])('A plain event with %s has what the decoder reads', (_, payload) => {
    const event = PlainEvent.in(textOf(payload))!;
    const decoded = decodeEvent(textOf(payload));
    expect({ ok: true, event: fieldsOf(event) }).toEqual(decoded);
    expect(payloadTextOf(event)).toBe(payload);
    expect(payloadTextOf(fieldsOf(event))).toBe(payload);
  });

  it.each([
    ['of another version', PlainEvent.in(textOf('{}'), '2')],
    ['without a value', PlainEvent.in(null)],
    ['with a number beyond 2^53', PlainEvent.in(textOf('{"a":9007199254740993}'))],
    ['with a repeated key', PlainEvent.in(textOf('{"a":1,"a":2}'))],
    ['with text after its end', PlainEvent.in(Buffer.concat([textOf('{}'), Buffer.from('}')]))],
  ])('A record %s is no plain event', (_, event) => expect(event).toBeUndefined());

  it('A plain event is one for the decoder too, with the same fields, whatever bytes are changed', () => {
    const payloads = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue());
    const changes = fc.array(fc.record({ at: fc.nat(), byte: fc.nat({ max: 255 }) }), { maxLength: 2 });
    let plain = 0;
    fc.assert(
      fc.property(payloads, changes, (data_payload, changed) => {
        const bytes = encodeEvent({
          ...fieldsOf(PlainEvent.in(textOf('{}'))!),
          data_payload: data_payload as JsonObject,
        });
        for (const { at, byte } of changed) bytes[at % bytes.length] = byte;
        const event = PlainEvent.in(bytes);
        if (event === undefined) return;
        plain++;
        expect({ ok: true, event: fieldsOf(event) }).toEqual(decodeEvent(bytes));
        expect(event.payloadText).toBe(stringifyExact(event.data_payload));
      }),
    );
    expect(plain).toBeGreaterThan(0);
  });
});
