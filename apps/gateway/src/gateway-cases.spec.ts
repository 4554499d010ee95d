import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type JsonObject, readExactJson } from '@sluice/contracts';
import { bodyCases, recordText, reportCases, type ReportCase } from '@sluice/contracts/testing';
import { GatewayUnderTest, type IngestAnswer } from './testing/gateway-under-test.js';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await GatewayUnderTest.start();
});
beforeEach(() => {
  gateway.publisher.records.length = 0;
});
afterAll(() => gateway.stop());

/** Rows that are an object: anything else is no single record but a body of the wrong shape, or a list. */
const objectCases = reportCases.filter(({ body }) => body.trim().startsWith('{'));

function expectPayloadUnchanged(at: number, body: string): void {
  expect(gateway.events[at]!.data_payload).toEqual((readExactJson(body) as JsonObject)['data_payload']);
}

describe('A single record', () => {
  it.each(objectCases)('A single record: $name', async ({ body, verdict }) => {
    const answer = await gateway.post(body);
    if (verdict === 'accepted') {
      expect(answer.status).toBe(202);
      expectPayloadUnchanged(0, body);
    } else {
      expect([answer.status, answer.body.code]).toEqual([422, 'invalid-record']);
      expect(answer.body.errors).toContainEqual({ ...verdict, detail: expect.any(String) });
      expect(gateway.publisher.records).toEqual([]);
    }
  });
});

/** The row is between two good records, which it must not affect. */
function expectBetweenGoodRecords(answer: IngestAnswer, { body, verdict }: ReportCase): void {
  const result = verdict === 'accepted' ? 'accepted' : 'rejected';
  expect(answer.status).toBe(verdict === 'accepted' ? 202 : 207);
  expect(answer.body.results.map(({ status }) => status)).toEqual(['accepted', result, 'accepted']);
  if (verdict === 'accepted') expectPayloadUnchanged(1, body);
  else expect(answer.body.results[1]!.problem!.errors).toContainEqual(entryAt(1, verdict));
}

function entryAt(index: number, { pointer, code }: { pointer: string; code: string }) {
  return { pointer: `/${index}${pointer}`, code, detail: expect.any(String) };
}

describe('A record in an array', () => {
  it.each(reportCases)('A record in an array: $name', async (row) => {
    expectBetweenGoodRecords(await gateway.post(`[${recordText()},${row.body},${recordText()}]`), row);
  });
});

describe('A record on a line', () => {
  it.each(reportCases)('A record on a line: $name', async (row) => {
    // A line feed in the text of valid JSON is white space.
    const line = row.body.replaceAll('\n', ' ');
    expectBetweenGoodRecords(await gateway.postLines([recordText(), line, recordText()]), row);
  });
});

describe('A whole body', () => {
  it.each(bodyCases)('A whole body: $name', async ({ bytes, verdict }) => {
    const { status, body } = await gateway.post(bytes);
    if (verdict === 'readable') expect(['invalid-json', 'invalid-utf8']).not.toContain(body.code);
    else expect([status, body.code]).toEqual([400, verdict]);
  });

  it.each(['null', '17', '"text"', 'true', '[]'])('A whole body has the wrong shape: %s', async (text) => {
    const { status, body } = await gateway.post(text);
    expect([status, body.code]).toEqual([400, 'wrong-shape']);
  });
});
