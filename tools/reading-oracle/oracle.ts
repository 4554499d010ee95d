import type { Reading, Sample, SampleRecord, PATHS } from './sample.js';

export const FUNCTIONS = ['avg', 'min', 'max', 'count', 'sum', 'first', 'last', 'p50', 'p95'] as const;

export interface Range {
  fromMs: number;
  toMs: number;
}

export interface SeriesQuestion extends Range {
  deviceId: string;
  path: (typeof PATHS)[number];
  everyMs: number;
}

/** What the reading API has to answer, worked out over all records without an index. */
export class Oracle {
  readonly #ofDevice = new Map<string, number[]>();
  readonly #receivedAtMs: Float64Array;
  readonly #timestampMs: Float64Array;

  constructor(readonly sample: Sample) {
    this.#receivedAtMs = new Float64Array(sample.size);
    this.#timestampMs = new Float64Array(sample.size);
    for (const deviceId of sample.deviceIds) this.#ofDevice.set(deviceId, []);
    for (let index = 0; index < sample.size; index++) {
      const { event, timestampMs, receivedAtMs } = sample.record(index);
      this.#timestampMs[index] = timestampMs;
      this.#receivedAtMs[index] = receivedAtMs;
      this.#ofDevice.get(event.device_id)!.push(index);
    }
  }

  devices(prefix: string, aheadAfterMs: number): object[] {
    const ids = this.sample.deviceIds.filter((id) => id.startsWith(prefix) && this.#ofDevice.get(id)!.length > 0);
    return ids.toSorted().map((device_id) => ({
      device_id,
      last_timestamp: this.latest(device_id, aheadAfterMs)?.event.timestamp ?? null,
      last_received_at: new Date(this.lastReceivedAtMs(device_id)).toISOString(),
    }));
  }

  latest(deviceId: string, aheadAfterMs: number): SampleRecord | undefined {
    const known = this.#ofDevice.get(deviceId)!.filter((index) => this.#timestampMs[index]! <= aheadAfterMs);
    return known.length === 0 ? undefined : this.sample.record(this.newestOf(known));
  }

  /** The record whose clock is furthest ahead. */
  ahead(deviceId: string, aheadAfterMs: number): SampleRecord | undefined {
    const ahead = this.#ofDevice.get(deviceId)!.filter((index) => this.#timestampMs[index]! > aheadAfterMs);
    return ahead.length === 0 ? undefined : this.sample.record(this.newestOf(ahead));
  }

  /** Records of one device or of all, newest time stamp first. */
  byTimestamp({ fromMs, toMs }: Range, deviceId?: string): SampleRecord[] {
    return this.within(this.#timestampMs, { fromMs, toMs }, deviceId);
  }

  /** Records of one device or of all, those first that were received last. */
  byReceipt(range: Range, deviceId?: string): SampleRecord[] {
    return this.within(this.#receivedAtMs, range, deviceId);
  }

  series({ deviceId, path, everyMs, ...range }: SeriesQuestion): object {
    const counts = { missing: 0, non_numeric: 0 };
    const buckets = new Map<number, number[]>();
    for (const { timestampMs, readings } of this.byTimestamp(range, deviceId).reverse()) {
      const reading: Reading = readings[path];
      if (typeof reading === 'string') counts[reading]++;
      else {
        const startMs = timestampMs - (timestampMs % everyMs);
        buckets.set(startMs, [...(buckets.get(startMs) ?? []), reading]);
      }
    }
    return { ...counts, buckets: Array.from(buckets, ([startMs, values]) => bucketOf(startMs, values)) };
  }

  private lastReceivedAtMs(deviceId: string): number {
    return this.#ofDevice.get(deviceId)!.reduce((last, index) => Math.max(last, this.#receivedAtMs[index]!), -Infinity);
  }

  private newestOf(indexes: readonly number[]): number {
    return indexes.reduce((best, index) => (this.#timestampMs[index]! > this.#timestampMs[best]! ? index : best));
  }

  private within(timesMs: Float64Array, { fromMs, toMs }: Range, deviceId: string | undefined): SampleRecord[] {
    const all = deviceId === undefined ? timesMs.keys() : this.#ofDevice.get(deviceId)!;
    const found = [...all].filter((index) => timesMs[index]! >= fromMs && timesMs[index]! < toMs);
    return found.sort((one, other) => timesMs[other]! - timesMs[one]!).map((index) => this.sample.record(index));
  }
}

/** @param values oldest first, at least one */
function bucketOf(startMs: number, values: readonly number[]): object {
  const sorted = values.toSorted((one, other) => one - other);
  const sum = values.reduce((total, value) => total + value, 0);
  const rank = (percent: number) => sorted[Math.ceil((percent * sorted.length) / 100) - 1];
  return {
    start: new Date(startMs).toISOString(),
    avg: sum / values.length,
    min: sorted[0],
    max: sorted.at(-1),
    count: values.length,
    sum,
    first: values[0],
    last: values.at(-1),
    p50: rank(50),
    p95: rank(95),
  };
}
