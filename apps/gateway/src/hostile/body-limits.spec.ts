import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { MAX_POINTER_LENGTH, MAX_PROBLEM_BYTES } from '@sluice/contracts';
import { GatewayUnderTest, SEED_RECORD, type IngestAnswer } from '../testing/gateway-under-test.js';

const MIB = 1024 * 1024;
const MAX_RECORDS = 1000;
const SEED = JSON.stringify(SEED_RECORD);
const LEVELS = 100_000;

let gateway: GatewayUnderTest;
beforeAll(async () => {
  const limits = { maxBodyBytes: 16 * MIB, maxInflatedBytes: 16 * MIB, maxBytesInFlight: 64 * MIB };
  gateway = await GatewayUnderTest.start({ ...limits, maxRecordsPerRequest: MAX_RECORDS });
});
beforeEach(() => {
  gateway.publisher.records.length = 0;
});
afterAll(() => gateway.stop());

const withPayload = (payload: string) => SEED.replace(/"data_payload":.*/, `"data_payload":${payload}}`);
const withField = (name: string, value: string) => SEED.replace('{', `{${JSON.stringify(name)}:${value},`);
const lists = '['.repeat(LEVELS) + ']'.repeat(LEVELS);
const text = (length: number) => `"${'x'.repeat(length)}"`;
const items = (item: string, count: number) => `[${new Array<string>(count).fill(item).join(',')}]`;

/** Records beyond a limit, and the first thing that is named. */
const EXCESSIVE: [name: string, record: string, pointer: string, code: string][] = [
  ['a payload far too deep', withPayload(`{"a":${lists}}`), `/data_payload/a${'/0'.repeat(31)}`, 'payload-depth'],
  ['a deep list in an unknown field', withField('x', lists), '/x', 'unknown-field'],
  ['a deep list for a device_id', withField('device_id', lists), '/device_id', 'type'],
  ['a deep list for a timestamp', withField('timestamp', lists), '/timestamp', 'type'],
  ['a deep list for a record_id', withField('record_id', lists), '/record_id', 'type'],
  ['a deep list', lists, '', 'type'],
  [
    'a payload with millions of values',
    withPayload(`{"a":${items('{}', 2_000_000)}}`),
    '/data_payload',
    'payload-values',
  ],
  ['millions of unknown fields', `{${items('"x":0', 1_000_000).slice(1, -1)}}`, '/x', 'unknown-field'],
  ['a list of millions of values', items('0', 1_000_000), '', 'type'],
  ['a payload of megabytes', withPayload(`{"a":${text(2 * MIB)}}`), '/data_payload', 'payload-size'],
  ['an unknown field of megabytes', withField('x', text(2 * MIB)), '/x', 'unknown-field'],
  [
    'an unknown field before a payload of megabytes',
    withField('x', text(MIB / 8)).replace('12', text(MIB)),
    '/x',
    'unknown-field',
  ],
  ['a device_id of megabytes', withField('device_id', text(2 * MIB)), '/device_id', 'length'],
  ['a timestamp of megabytes', withField('timestamp', text(2 * MIB)), '/timestamp', 'length'],
  ['a text of megabytes', text(2 * MIB), '', 'type'],
  ['a number of megabytes', '7'.repeat(2 * MIB), '', 'type'],
];

function expectFirstError({ body }: IngestAnswer, pointer: string, code: string): void {
  expect(body.results[1]!.problem!.errors![0]).toMatchObject({ pointer, code });
  expect(body.results.map(({ status }) => status)).toEqual(['accepted', 'rejected', 'accepted']);
}

describe('A record beyond a limit', () => {
  it.each(EXCESSIVE)(
    'A record beyond a limit in an array is refused without its neighbours: %s',
    async (_name, record, pointer, code) => {
      expectFirstError(await gateway.post(`[${SEED}, ${record} ,${SEED}]`), `/1${pointer}`, code);
    },
  );

  it.each(EXCESSIVE)(
    'A record beyond a limit on a line is refused without its neighbours: %s',
    async (_name, record, pointer, code) => {
      expectFirstError(await gateway.postLines([SEED, record, SEED]), `/1${pointer}`, code);
    },
  );

  it.each(EXCESSIVE.filter(([, record]) => record.startsWith('{')))(
    'A single record beyond a limit is refused: %s',
    async (_name, record, pointer, code) => {
      const { status, body } = await gateway.post(record);
      expect([status, body.code, body.errors![0]!.pointer, body.errors![0]!.code]).toEqual([
        422,
        'invalid-record',
        pointer,
        code,
      ]);
    },
  );

  it('A single record beyond a limit with an Idempotency-Key is refused', async () => {
    const { status } = await gateway.post(withPayload(`{"a":${lists}}`), { 'idempotency-key': 'k' });
    expect(status).toBe(422);
  });
});

describe('A body that is not a record', () => {
  it.each([
    ['a text of megabytes', text(8 * MIB)],
    ['a number of megabytes', '7'.repeat(8 * MIB)],
  ])('A body that is not a record has the wrong shape: %s', async (_name, body) => {
    expect((await gateway.post(body)).body.code).toBe('wrong-shape');
  });

  it('A body of white space is not JSON, and one of blank lines has no record', async () => {
    const blank = '\n'.repeat(4 * MIB);
    expect((await gateway.post(blank)).body.code).toBe('invalid-json');
    expect((await gateway.postLines([blank])).body.code).toBe('wrong-shape');
  });

  it('A body of millions of records has too many records', async () => {
    expect((await gateway.post(`[${'{},'.repeat(5_000_000)}{}]`)).body.code).toBe('too-many-records');
    expect((await gateway.postLines(['1\n'.repeat(8_000_000)])).body.code).toBe('too-many-records');
  });

  it('A body is refused as a whole if one of its records is not JSON', async () => {
    for (const body of [
      `[${SEED},{"a":}]`,
      `[${SEED},${SEED}`,
      `[${SEED},]`,
      `[${SEED}]]`,
      `[${SEED} ${SEED}]`,
      `[tru,${SEED}]`,
      `[${withPayload(`{"a":${lists.slice(0, -1)}}`)},${SEED}]`,
      `[${SEED},${withPayload(`{"a":${lists},"b":1.}`)}]`,
    ]) {
      expect((await gateway.post(body)).body.code).toBe('invalid-json');
    }
    expect(gateway.publisher.records).toEqual([]);
  });
});

describe('The size of an answer', () => {
  const longKey = 'k'.repeat(4 * MIB);

  it('An answer is bounded when it names a key of megabytes', async () => {
    for (const record of [withField(longKey, '1'), withPayload(`{"${longKey.slice(0, MIB / 8)}":1}`)]) {
      const { status, body } = await gateway.post(record);
      expect(status).toBe(422);
      expect(body.errors![0]!.pointer).toHaveLength(MAX_POINTER_LENGTH);
      expect(body.errors![0]!.pointer.endsWith('\u2026')).toBe(true);
    }
  });

  const fields = (count: number) =>
    Array.from({ length: count }, (_, index) => `"${index}${'\\u0001'.repeat(600)}":0`).join(',');
  const manyErrors = `{${fields(16)}}`;
  const bytesOf = (body: unknown) => Buffer.byteLength(JSON.stringify(body));

  it('An answer is bounded when a record has many errors', async () => {
    expect(bytesOf((await gateway.post(manyErrors)).body)).toBeLessThanOrEqual(MAX_PROBLEM_BYTES);
  });

  it('An answer is bounded when every record of a batch has many errors', async () => {
    const none = await gateway.post(items(manyErrors, 40));
    expect([none.status, none.body.code]).toEqual([422, 'invalid-record']);
    expect(bytesOf(none.body)).toBeLessThanOrEqual(MAX_PROBLEM_BYTES);
    const some = await gateway.post(`[${SEED},${items(manyErrors, 40).slice(1)}`);
    expect(some.status).toBe(207);
    expect(some.body.results).toHaveLength(41);
    expect(bytesOf(some.body)).toBeLessThan(2 * MIB);
    expect(some.body.results.at(-1)!.problem!.errors).toHaveLength(1);
  });

  it('An answer is bounded when the path is long', async () => {
    const response = await fetch(`${gateway.url}/${'x'.repeat(8000)}`);
    const { instance } = (await response.json()) as { instance: string };
    expect(instance).toHaveLength(MAX_POINTER_LENGTH);
  });
});
