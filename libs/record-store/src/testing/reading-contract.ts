import { beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject, JsonValue, StoredRecord } from '@sluice/contracts';
import type { ReceiptCursor, ReceiptFilter, RecordCursor, ValuesQuery } from '../record-reader.js';
import type { RecordStore, RecordToStore } from '../record-store.js';
import { PlainReading } from './plain-reading.js';
import { recordToStore, secondsAfterStart, seededRandom, STORED_AT, STORED_AT_MS } from './records.js';
import { useStore, type OpenStore } from './store-under-test.js';

const START_MS = Date.parse(secondsAfterStart(0));
/** An instant within the generated records, so that some of them are ahead. */
const AHEAD_AFTER_MS = START_MS + 8_000;

/** Devices, latest values, receipts and values of a path: each compared with {@link PlainReading} over the same records. */
export function describeReading(openStore: OpenStore): void {
  describe('Reading', () => {
    const under = useStore(openStore);
    const records = crowd(600, 20_250_909);
    const plain = new PlainReading(records.map(asStored));
    const devices = [...new Set(records.map(({ event }) => event.device_id))];
    beforeAll(async () => {
      await under.store.writer.write(records, STORED_AT_MS);
    });

    it.each([1, 2, 7, 1_000])('Every device is shown once and in order, %i at a time', async (limit) => {
      for (const prefix of ['', 'dev', 'a/', 'nothing'])
        expect(await walkDevices(under.store, prefix, limit)).toEqual(
          plain.devices({ prefix, after: undefined, aheadAfterMs: AHEAD_AFTER_MS }, 1_000).devices,
        );
    });

    it('Each device has its latest record, and the one that is ahead', async () => {
      for (const deviceId of [...devices, 'unknown'])
        for (const aheadAfterMs of [AHEAD_AFTER_MS, START_MS - 1, START_MS + 60_000]) {
          const { record, ahead } = plain.latest(deviceId, aheadAfterMs);
          expect(await under.store.reader.latest(deviceId, aheadAfterMs)).toEqual({ record, ahead });
        }
    });

    it.each([1, 3, 100, 1_000])('Records are shown by their receipt and once, %i at a time', async (limit) => {
      const range = { fromMs: START_MS + 2_000, toMs: START_MS + 7_000 };
      const some = { ...range, deviceId: devices[0]! };
      for (const filter of limit < 3 ? [some] : [{ deviceId: devices[0]! }, range, some, {}])
        expect(await walkReceipts(under.store, filter, limit)).toEqual(plain.pageByReceipt(filter, 10_000).records);
    });

    it('A page of receipts ends with the record that reaches its bytes', async () => {
      const filter = { deviceId: devices[0]! };
      const { records: shown, next } = await under.store.reader.pageByReceipt(filter, 100, undefined, 1);
      expect(shown).toEqual(plain.pageByReceipt(filter, 1).records);
      expect(next).toMatchObject({ recordId: shown[0]!.record_id });
    });

    it.each(PATHS)('The values at %j are read', async (...path) => {
      for (const deviceId of devices)
        for (const limit of [20, 5_000]) {
          const query = { deviceId, path, fromMs: START_MS + 1_000, toMs: START_MS + 9_000 };
          expect(await walkValues(under.store, query, limit)).toEqual(plain.values(query, 10_000));
        }
    });

    it('There are no values for a device without records', async () => {
      const page = await under.store.reader.values({ deviceId: 'unknown', path: ['temp'] }, 10);
      expect(page).toEqual({ timestampsMs: [], values: [], next: undefined });
    });
  });

  describe('The latest record of a device with a stopped clock', () => {
    const under = useStore(openStore);
    const ofInstant = (recordId: string, receivedAt: string, timestamp?: string) =>
      recordToStore({ deviceId: 'stopped', recordId, receivedAt, ...(timestamp && { timestamp }) });
    const latest = async () => (await under.store.reader.latest('stopped', START_MS)).record?.record_id;

    it('The latest record is the one that was received last, also after one of an earlier instant', async () => {
      const records = ['2', '9', '4'].map((second) => ofInstant(second, `2025-09-09T17:00:0${second}Z`));
      await under.store.writer.write(records, STORED_AT_MS);
      expect(await latest()).toBe('9');
      await under.store.writer.write([ofInstant('late', '2025-09-09T18:00:00Z', '2020-01-01T00:00:00Z')], STORED_AT_MS);
      expect(await latest()).toBe('9');
    });
  });
}

const PATHS: string[][] = [
  ['temp'],
  ['a.b'],
  ['$v'],
  [''],
  ['list'],
  ['list', '0'],
  ['list', 'length'],
  ['list', '1', 'x'],
  ['deep', 'temp', 'x'],
  ['10', '2'],
  ['"\n\\'],
  ['constructor'],
];

function asStored({ event }: RecordToStore): StoredRecord {
  return { ...event, received_at: new Date(event.received_at).toISOString(), stored_at: STORED_AT };
}

async function walkDevices(store: RecordStore, prefix: string, limit: number) {
  const walked = [];
  for (let after: string | undefined; ; after = walked.at(-1)!.deviceId) {
    const { devices, hasMore } = await store.reader.devices({ prefix, after, aheadAfterMs: AHEAD_AFTER_MS }, limit);
    walked.push(...devices);
    if (!hasMore) return walked;
  }
}

async function walkReceipts(store: RecordStore, filter: ReceiptFilter, limit: number): Promise<StoredRecord[]> {
  const walked: StoredRecord[] = [];
  let after: ReceiptCursor | undefined;
  do {
    const page = await store.reader.pageByReceipt(filter, limit, after);
    walked.push(...page.records);
    after = page.next;
  } while (after !== undefined);
  return walked;
}

async function walkValues(store: RecordStore, query: ValuesQuery, limit: number) {
  const [timestampsMs, values]: [number[], unknown[]] = [[], []];
  let after: RecordCursor | undefined;
  do {
    const page = await store.reader.values(query, limit, after);
    timestampsMs.push(...page.timestampsMs);
    values.push(...page.values);
    after = page.next;
  } while (after !== undefined);
  return { timestampsMs, values, next: undefined };
}

/** Few instants, so that pages end in the middle of one; ids that sort differently alone and before a slash; payloads of all shapes. */
function crowd(count: number, seed: number): RecordToStore[] {
  const random = seededRandom(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const second = () => secondsAfterStart(Math.floor(random() * 10));
  return Array.from({ length: count }, (_, offset) =>
    recordToStore({
      deviceId: pick(['dev', 'dev-', 'dev.1', 'dev0', 'Dev', 'a/b', 'a%2Fb', '~']),
      recordId: `${offset}-${Math.floor(random() * 1e9)}`,
      timestamp: second(),
      receivedAt: second(),
      payload: payloadOf(pick),
      offset,
    }),
  );
}

function payloadOf(pick: <T>(list: readonly T[]) => T): JsonObject {
  const value = (): JsonValue => pick<JsonValue>([21.5, -0.25, 7, 2n ** 60n, 1e300, '21', null, true, {}, [1]]);
  const members: JsonObject[] = [
    { temp: value() },
    { temp: value(), 'a.b': value() },
    { a: { b: 5 }, $v: value() },
    { '': value(), 10: { 2: value() } },
    { list: [value(), { x: value() }] },
    { deep: { temp: pick<JsonValue>([{ x: value() }, [{ x: 3 }]]) } },
    { '"\n\\': value(), temp: value() },
    {},
  ];
  return pick(members);
}
