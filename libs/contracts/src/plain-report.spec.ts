import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkReport } from './check-report.js';
import type { DeviceReport } from './event.js';
import { encodeEvent } from './event-codec.js';
import { parseJson } from './json.js';
import { PAYLOAD_LIMITS } from './payload-check.js';
import { PlainEventWriter } from './plain-event-writer.js';
import { PlainReportScanner } from './plain-report.js';
import { arbitraryReport } from './testing/arbitrary-report.js';
import { reportCases } from './testing/report-cases.js';

const RECEIVED_AT = '2026-11-24T01:52:00.000Z';
const FIELDS = { device_id: 'dev-1', timestamp: '2026-11-24T01:52:00.123Z' };
const HEAD = JSON.stringify(FIELDS).slice(0, -1);

describe('PlainReportScanner', () => {
  it.each([
    ['numbers', '{"a":0,"b":-1,"c":21.53,"d":123456789012345,"e":-0.000001,"f":0.1,"g":-0}'],
    ['texts and literals', '{"a":"x","ä":"größer €","b":true,"c":false,"d":null,"e":""}'],
    ['containers', '{"a":{},"b":[],"c":[1,[2,{"d":3}]],"e":{"a":{"a":1}}}'],
    ['white space', ' { "a" : [ 1 , 2 ] ,\r\n\t"b" : { } , "c" : " x " } '],
    ['no member', '{}'],
  ])('PlainReportScanner accepts %s', (_, payload) => expectSame(`${HEAD},"data_payload":${payload}}`));

  it('PlainReportScanner accepts the fields in every order, with space between them, and an id of the client', () => {
    expectSame(
      '{ "data_payload" : {"a":1},\n"record_id":"r 1", "timestamp":"2025-09-09T17:00:00Z" ,"device_id": "d/1"}',
    );
  });

  it.each([
    '1.0',
    '1e3',
    '1E3',
    '-0.0',
    '0.0000001',
    '1234567890123456',
    '0.1234567890123456',
    '01',
    '1.',
    '.5',
    '+1',
    '"\\u0061"',
    '"a\\n"',
    '"\u0001"',
    'nul',
    '{"a":1,"a":2}',
    '{"1":1}',
    '{"":1}',
    '{"__proto__":1}',
    '[1,]',
    '{"a":1,}',
    '[1 2]',
    '"a',
  ])('PlainReportScanner leaves the payload {"a":%s} to the full parser', (value) => {
    expect(isPlain(`${HEAD},"data_payload":{"a":${value}}}`)).toBe(false);
  });

  it.each([
    ['an unknown field', `${HEAD},"x":1,"data_payload":{}}`],
    ['a field twice', `${HEAD},"device_id":"b","data_payload":{}}`],
    ['no payload', `${HEAD}}`],
    ['a list as payload', `${HEAD},"data_payload":[]}`],
    ['a device with a space at its end', `{"device_id":"a ","timestamp":"${RECEIVED_AT}","data_payload":{}}`],
    ['a device named ..', `{"device_id":"..","timestamp":"${RECEIVED_AT}","data_payload":{}}`],
    ['a time without a zone', '{"device_id":"a","timestamp":"2025-09-09T17:00:00","data_payload":{}}'],
    ['a day that the month has not', '{"device_id":"a","timestamp":"2025-02-30T17:00:00Z","data_payload":{}}'],
    ['no end', `${HEAD},"data_payload":{}`],
    ['a list', `[${HEAD},"data_payload":{}}]`],
  ])('PlainReportScanner leaves %s to the full parser', (_, text) => {
    expect(isPlain(text)).toBe(false);
  });

  it('PlainReportScanner leaves a record that exceeds a limit to the full parser', () => {
    const deep = `${HEAD},"data_payload":${'{"a":'.repeat(4)}1${'}'.repeat(5)}`;
    const limits = { maxDepth: 3, maxBytes: 200, maxValues: 20 };
    expect([isPlain(deep), isPlain(deep, limits)]).toEqual([true, false]);
    const many = `${HEAD},"data_payload":{"a":[${'1,'.repeat(20)}1]}}`;
    expect([isPlain(many), isPlain(many, limits)]).toEqual([true, false]);
    const long = `${HEAD},"data_payload":{"a":"${'x'.repeat(200)}"}}`;
    expect([isPlain(long), isPlain(long, limits)]).toEqual([true, false]);
  });

  it('PlainReportScanner never accepts what the rules refuse, and always writes what the full parser writes', () => {
    for (const { body } of reportCases) expectSameIfPlain(body);
    const spaces = fc.constantFrom(undefined, 1, '\t');
    fc.assert(
      fc.property(arbitraryReport, spaces, (report, space) => expectSameIfPlain(JSON.stringify(report, null, space))),
    );
  });

  it('PlainReportScanner never accepts a text that was changed into one that the rules refuse', () => {
    const text = `${HEAD},"data_payload":{"a":[1,-2.5,"x"],"b":{"c":null}}}`;
    const byte = fc.constantFrom(...'{}[],:"\\01.-eE+ \ntuna_'.split(''));
    fc.assert(
      fc.property(fc.nat({ max: text.length }), fc.nat({ max: 2 }), byte, (at, cut, put) =>
        expectSameIfPlain(text.slice(0, at) + put + text.slice(at + cut)),
      ),
      { numRuns: 3000 },
    );
  });
});

function scanned(text: string, limits = PAYLOAD_LIMITS): PlainReportScanner | undefined {
  const bytes = Buffer.from(text);
  const scanner = new PlainReportScanner(bytes, limits);
  return scanner.scan(text.length - text.trimStart().length) ? scanner : undefined;
}

function isPlain(text: string, limits = PAYLOAD_LIMITS): boolean {
  return scanned(text, limits) !== undefined;
}

function expectSame(text: string): void {
  expect(isPlain(text)).toBe(true);
  expectSameIfPlain(text);
}

function expectSameIfPlain(text: string): void {
  const scanner = scanned(text);
  if (scanner === undefined || text.slice(scanner.end).trim() !== '') return;
  const parsed = parseJson(text);
  if (!parsed.ok) throw new Error(`${text} is no JSON`);
  expect(parsed.duplicateKeys).toEqual([]);
  expect(checkReport(parsed.value)).toEqual([]);
  const report = parsed.value as DeviceReport;
  const { device_id, record_id = 'r-1', data_payload } = report;
  const timestamp = report.timestamp as string;
  const event = { record_id, device_id, timestamp, received_at: RECEIVED_AT, data_payload };
  const writer = new PlainEventWriter(Buffer.from(text), RECEIVED_AT);
  expect(String(writer.write(scanner, record_id))).toBe(String(encodeEvent(event)));
}
