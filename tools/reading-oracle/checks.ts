import { type Random } from '../load/ledger/random.js';
import { type Comparison } from './compare.js';
import { FUNCTIONS, type Oracle, type Range } from './oracle.js';
import type { ReadingClient } from './reading-client.js';
import { PATHS, type SampleRecord } from './sample.js';

interface Asked {
  client: ReadingClient;
  oracle: Oracle;
  /** When the records were stored. */
  storedAt: string;
  random: Random;
  /** Questions of each kind. */
  questions: number;
}

/** One part of the reading API. */
export interface Check {
  name: string;
  run(asked: Asked, comparison: Comparison): Promise<void>;
}

const MINUTE_MS = 60_000;
const WIDTHS = { '90s': 90_000, '5m': 5 * MINUTE_MS, '1h': 60 * MINUTE_MS, '1d': 24 * 60 * MINUTE_MS };
/** Of one answer. */
const MAX_BUCKETS = 10_000;
/** Of `POST /latest`. */
const DEVICES_AT_ONCE = 500;
/** Records of one device or of a range that a question is about, on average. */
const ASKED_RECORDS = 3_000;

const devices: Check = {
  name: 'GET /devices',
  async run({ client, oracle }, comparison) {
    for (const prefix of ['', 'lab:', 'dev:1', 'none']) {
      const path = `/devices?limit=7&prefix=${prefix}`;
      comparison.same(path, await client.all(path, 'devices'), oracle.devices(prefix, aheadAfterMs()));
    }
  },
};

const latest: Check = {
  name: 'GET and POST latest',
  async run({ client, oracle, storedAt }, comparison) {
    const ids = oracle.sample.deviceIds;
    const expected = new Map(ids.map((id) => [id, latestOf(oracle, id, storedAt)]));
    for (let first = 0; first < ids.length; first += DEVICES_AT_ONCE) {
      const device_ids = ids.slice(first, first + DEVICES_AT_ONCE);
      const { records } = await client.post('/latest', { device_ids });
      comparison.same(
        'POST /latest',
        records,
        device_ids.map((id) => expected.get(id)),
      );
    }
    for (const id of ids.slice(0, 50)) {
      const path = `/records/${encodeURIComponent(id)}/latest`;
      const { complete_through, ...record } = await client.get(path);
      void complete_through;
      comparison.same(path, record, expected.get(id));
    }
  },
};

const series: Check = {
  name: 'GET series',
  async run({ client, oracle, random, questions }, comparison) {
    for (let question = 0; question < questions; question++) {
      const deviceId = random.oneOf(oracle.sample.deviceIds);
      const path = random.oneOf(PATHS);
      const range = rangeOf(oracle, random, deviceId);
      const every = random.oneOf(widthsFor(range));
      const query = new URLSearchParams({ path, every, fn: FUNCTIONS.join(','), ...textsOf('', range) });
      const url = `/records/${encodeURIComponent(deviceId)}/series?${query}`;
      const { buckets, missing, non_numeric } = await client.get(url);
      const expected = oracle.series({ deviceId, path, everyMs: WIDTHS[every], ...range });
      comparison.same(url, { buckets, missing, non_numeric }, expected);
    }
  },
};

const exports: Check = {
  name: 'GET /export',
  async run({ client, oracle, storedAt, random, questions }, comparison) {
    for (let question = 0; question < Math.ceil(questions / 10); question++) {
      const deviceId = question % 2 === 0 ? random.oneOf(oracle.sample.deviceIds) : undefined;
      const range = rangeOf(oracle, random, deviceId);
      const query = new URLSearchParams({ ...(deviceId && { device_id: deviceId }), ...textsOf('', range) });
      const expected = storedOf(oracle.byTimestamp(range, deviceId), storedAt);
      const answered = await client.export(`/export?${query}`);
      compareOrdered(comparison, `/export?${query}`, answered, expected, 'timestamp');
      if (answered.length < 2) continue;
      const middle = Math.floor(answered.length / 2);
      const { device_id, record_id } = answered[middle - 1];
      const after = [device_id, record_id].map(encodeURIComponent).join('/');
      const rest = await client.export(`/export?${query}&after=${encodeURIComponent(after)}`);
      comparison.same(`/export?${query}&after=${after}`, rest, answered.slice(middle));
    }
    // Everything, from one connection.
    const device = oracle.sample.deviceIds[0]!;
    const whole = { fromMs: -Infinity, toMs: Infinity };
    const url = `/export?device_id=${encodeURIComponent(device)}`;
    const expected = storedOf(oracle.byTimestamp(whole, device), storedAt);
    compareOrdered(comparison, url, await client.export(url), expected, 'timestamp');
  },
};

const byReceipt: Check = {
  name: 'GET /records by received_at',
  async run({ client, oracle, storedAt, random, questions }, comparison) {
    for (let question = 0; question < Math.ceil(questions / 5); question++) {
      const deviceId = question % 2 === 0 ? random.oneOf(oracle.sample.deviceIds) : undefined;
      const range = rangeOf(oracle, random, deviceId);
      const limit = random.oneOf(['1000', '333']);
      const query = new URLSearchParams({
        limit,
        ...(deviceId && { device_id: deviceId }),
        ...textsOf('received_', range),
      });
      const url = `/records?order=received_at&${query}`;
      const expected = storedOf(oracle.byReceipt(range, deviceId), storedAt);
      compareOrdered(comparison, url, await client.all(url, 'records'), expected, 'received_at');
    }
  },
};

export const CHECKS: readonly Check[] = [devices, latest, series, exports, byReceipt];

/** `max_ahead` of the service. No record of a sample is near it. */
function aheadAfterMs(): number {
  return Date.now() + 5 * MINUTE_MS;
}

function latestOf(oracle: Oracle, deviceId: string, storedAt: string): object {
  const ahead = oracle.ahead(deviceId, aheadAfterMs());
  const found = oracle.latest(deviceId, aheadAfterMs());
  if (found === undefined) throw new Error(`The sample has no record of ${deviceId} that is not ahead.`);
  return { ...stored(found, storedAt), ahead: ahead === undefined ? null : aheadOf(ahead) };
}

function aheadOf({ event: { record_id, timestamp, received_at } }: SampleRecord): object {
  return { record_id, timestamp, received_at };
}

/** Widths with which the range has no more buckets than an answer may have. */
function widthsFor({ fromMs, toMs }: Range): (keyof typeof WIDTHS)[] {
  const widths = Object.entries(WIDTHS).filter(([, everyMs]) => (toMs - fromMs) / everyMs <= MAX_BUCKETS);
  return widths.map(([name]) => name as keyof typeof WIDTHS);
}

/** A range with so many records of the device, or of all, that an answer has one page or a few. */
function rangeOf({ sample }: Oracle, random: Random, deviceId: string | undefined): Range {
  const { timestampMs: fromMs } = sample.record(random.between(0, sample.size - 1));
  const records = random.between(0, 2 * ASKED_RECORDS);
  const share = deviceId === undefined ? 1 : deviceId === sample.deviceIds[0] ? 10 : sample.deviceIds.length;
  return { fromMs, toMs: fromMs + 1 + records * 30_000 * share };
}

function textsOf(prefix: '' | 'received_', { fromMs, toMs }: Range): Record<string, string> {
  return { [`${prefix}from`]: new Date(fromMs).toISOString(), [`${prefix}to`]: new Date(toMs).toISOString() };
}

function stored({ event }: SampleRecord, stored_at: string): object {
  return { ...event, stored_at };
}

function storedOf(records: readonly SampleRecord[], storedAt: string): object[] {
  return records.map((record) => stored(record, storedAt));
}

type Listed = Record<'timestamp' | 'received_at' | 'record_id', string>;

/** The same records, newest first; the order of those of one instant is left open. */
function compareOrdered(
  comparison: Comparison,
  url: string,
  answered: readonly Listed[],
  expected: readonly object[],
  order: 'timestamp' | 'received_at',
): void {
  const byInstant = (records: readonly Listed[]) =>
    records.toSorted(
      (one, other) => Date.parse(other[order]) - Date.parse(one[order]) || (one.record_id < other.record_id ? -1 : 1),
    );
  const isFalling = answered.every(
    (record, at) => at === 0 || Date.parse(answered[at - 1]![order]) >= Date.parse(record[order]),
  );
  comparison.same(`${url}: order`, isFalling, true);
  comparison.same(url, byInstant(answered), byInstant(expected as readonly Listed[]));
}
