import { beforeEach, describe, expect, it } from '@jest/globals';
import { Clock } from '@sluice/async';
import type { LogEntry } from '@sluice/event-log';
import { FakePublisher } from '@sluice/event-log/testing';
import { until } from '@sluice/test-kit';
import type { Principal } from './access/principal.js';
import type { Arrival } from './arrival.js';
import { Ingestion } from './ingestion.js';
import { RateLimits } from './limits/rate-limits.js';
import { LogReachability } from './log-reachability.js';
import { Admission } from './overload/admission.js';
import { LagWatch } from './overload/lag-watch.js';
import { LoadShedding } from './overload/load-shedding.js';
import { RECORD_CHECKS, type RecordCheck } from './record-checks.js';
import { readSubmission } from './submission/read-submission.js';
import { forbidden, type Verdict } from './verdict.js';

const SEED = { device_id: 'dev-2', timestamp: '2025-09-09T17:00:00Z', data_payload: { gene_count: 12 } };
const RATES = {
  tokenRecordsPerSecond: 0,
  tokenBytesPerSecond: 0,
  tokenReadsPerSecond: 0,
  deviceRecordsPerSecond: 0,
  deviceBytesPerSecond: 0,
  addressRecordsPerSecond: 2,
  addressBytesPerSecond: 0,
  addressReadsPerSecond: 0,
  limitBurstSeconds: 1,
};
const NO_DELAY_LIMITS = { maxEventLoopDelayMs: 0, maxPublishDelayMs: 0 };
const NO_LAG_LIMITS = {
  backgroundMaxLagRecords: 0,
  backgroundMaxLagSeconds: 0,
  maxLagRecords: 0,
  maxLagSeconds: 0,
};
const LOGGER = { info: () => undefined, warn: () => undefined };

class StoppedClock extends Clock {
  override monotonicMs(): number {
    return 0;
  }
}

let publisher: FakePublisher;
let admission: Admission;
let limits: RateLimits;
beforeEach(() => {
  publisher = new FakePublisher();
  admission = new Admission({ maxBodyBytes: 1000, maxConcurrentRequests: 1, maxBytesInFlight: 1000 });
  limits = new RateLimits(RATES, new StoppedClock());
});

/** The core with nothing of HTTP around it. */
function ingestion(checks?: readonly RecordCheck[]): Ingestion {
  const clock = new StoppedClock();
  const watch = new LagWatch(NO_LAG_LIMITS, undefined, clock, LOGGER);
  const shedding = new LoadShedding(NO_DELAY_LIMITS, admission, publisher, watch, clock, LOGGER);
  const reachability = new LogReachability(clock, LOGGER);
  return new Ingestion({ admission, shedding, limits, publisher, reachability, clock }, checks);
}

/** What a front door does that receives whole messages, each of them one or many records. */
async function receive(
  message: unknown,
  given: Partial<Arrival> = {},
  core: Ingestion = ingestion(),
): Promise<Verdict[]> {
  const bytes = Buffer.from(JSON.stringify(message));
  const arrival = { principal: undefined, address: 'broker', priority: undefined, trace: undefined, ...given };
  const records = await readSubmission(bytes, { mediaType: 'application/json', maxRecords: 10 });
  return core.submit(records, { declaredBytes: bytes.length, ...arrival });
}

const statusesOf = (verdicts: readonly Verdict[]) => verdicts.map(({ status }) => status);

describe('An ingestion without HTTP', () => {
  it('An ingestion without HTTP submits records and gets a result for each, in their order', async () => {
    expect(statusesOf(await receive([SEED, { ...SEED, timestamp: 'never' }, SEED]))).toEqual([
      'accepted',
      'rejected',
      'accepted',
    ]);
    expect(publisher.records).toHaveLength(2);
  });

  it('An ingestion without HTTP sends for the devices of the principal only', async () => {
    const principal: Principal = {
      name: 'token a',
      holders: [{ kind: 'device', deviceId: 'dev-3' }],
      scopes: ['ingest'],
    };
    expect(await receive(SEED, { principal })).toMatchObject([{ status: 'rejected', problem: { code: 'forbidden' } }]);
  });

  it('An ingestion without HTTP forwards its trace with every record', async () => {
    await receive([SEED, SEED], { trace: { traceParent: 'given' } });
    expect(publisher.records.map(({ headers }) => headers['traceparent'])).toEqual(['given', 'given']);
  });

  it('An ingestion without HTTP is refused with the code of a problem when its sender has exceeded a limit', async () => {
    await receive([SEED, SEED, SEED]);
    const refusal = { code: 'rate-limited', retryAfterSeconds: 1 };
    await expect(receive(SEED)).rejects.toMatchObject({ refusal });
    await expect(receive(SEED, { address: 'another broker' })).resolves.toHaveLength(1);
  });

  it('An ingestion without HTTP is refused when there is no room, and holds nothing afterwards', async () => {
    const busy = admission.enter(0);
    busy.begin();
    await expect(receive(SEED)).rejects.toMatchObject({ code: 'overloaded' });
    busy.close();
    await receive(SEED);
    expect([admission.requests, admission.bytes]).toEqual([0, 0]);
  });

  it('An ingestion without HTTP costs its sender nothing when the service has no room for it', async () => {
    await expect(receive(SEED, { declaredBytes: 1001 })).rejects.toMatchObject({ code: 'overloaded' });
    const charge = limits.chargeOf({ principal: undefined, address: 'broker' });
    expect(charge.headers({ records: 1 })['ratelimit']).toBe('"address-records";r=2;t=1');
  });
});

describe('The memory of events', () => {
  /** So many that their events are in memory that requests share. */
  const many = (temperature: number) => Array.from({ length: 500 }, () => ({ ...SEED, data_payload: { temperature } }));
  const submit = async (temperature: number) => {
    const bytes = Buffer.from(JSON.stringify(many(temperature)));
    const records = await readSubmission(bytes, { mediaType: 'application/json', maxRecords: 500 });
    const arrival = { principal: undefined, address: `broker ${temperature}`, priority: undefined, trace: undefined };
    return ingestion().submit(records, { declaredBytes: bytes.length, ...arrival });
  };
  const temperaturesIn = (entries: readonly LogEntry[]) => new Set(entries.map(({ value }) => temperatureIn(value)));
  const memoryOf = (call: number) => new Set(publisher.calls[call]!.entries.map(({ value }) => value!.buffer));

  beforeEach(() => {
    admission = new Admission({ maxBodyBytes: 1e6, maxConcurrentRequests: 4, maxBytesInFlight: 1e7 });
  });

  it('The memory of events is used again by the next request once the event log has confirmed all of them', async () => {
    await submit(1);
    await submit(2);
    expect([...memoryOf(1)].some((memory) => memoryOf(0).has(memory))).toBe(true);
    expect(temperaturesIn(publisher.records.slice(0, 500))).toEqual(new Set([1]));
    expect(temperaturesIn(publisher.records.slice(500))).toEqual(new Set([2]));
  });

  it('The memory of events stays theirs while the event log has not answered', async () => {
    publisher.hold();
    const [first, second] = [submit(1), submit(2)];
    await until('both are with the event log', () => publisher.calls.length === 2);
    publisher.release();
    await Promise.all([first, second]);
    expect(temperaturesIn(publisher.records.slice(0, 500))).toEqual(new Set([1]));
    expect(temperaturesIn(publisher.records.slice(500))).toEqual(new Set([2]));
  });

  it('The memory of events stays theirs when the event log has not confirmed one of them, because it may still send them', async () => {
    let calls = 0;
    publisher.reasonAgainst = () => (++calls === 500 ? 'no answer' : undefined);
    await submit(1);
    publisher.reasonAgainst = () => undefined;
    await submit(2);
    expect([...memoryOf(1)].some((memory) => memoryOf(0).has(memory))).toBe(false);
    expect(temperaturesIn(publisher.calls[0]!.entries)).toEqual(new Set([1]));
  });
});

function temperatureIn(value: Buffer | null): unknown {
  return (JSON.parse(String(value)) as { data_payload: { temperature: unknown } }).data_payload.temperature;
}

describe('The checks of a record', () => {
  it('The checks of a record can be extended by one that sees the event of the earlier checks', async () => {
    const schema: RecordCheck = ({ payload, deviceId, pointer }) =>
      'gene_count' in payload ? forbidden(pointer, `not for ${deviceId}`) : undefined;
    const core = ingestion([...RECORD_CHECKS, schema]);
    const verdicts = await receive([SEED, { ...SEED, data_payload: {} }, { timestamp: 'never' }], {}, core);
    expect(verdicts).toMatchObject([
      { status: 'rejected', problem: { detail: 'not for dev-2' } },
      { status: 'accepted' },
      { status: 'rejected', problem: { code: 'invalid-record' } },
    ]);
  });
});
