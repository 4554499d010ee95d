import { afterEach, describe, expect, it } from '@jest/globals';
import { EVENT_HEADERS, EVENTS_TOPIC } from '@sluice/contracts';
import type { LogRecord } from '@sluice/event-log';
import { Tracing, writeTraceParent, type TracePlace } from '@sluice/observability';
import { RecordedSpans } from '@sluice/observability/testing';
import { until } from '@sluice/test-kit';
import { logRecord, WorkerUnderTest } from '../testing/worker-under-test.js';

const ACCEPTED_AT_MS = 1_000;
const STEPS = ['in log', 'batch wait', 'write', 'commit'];

function place(number: number, isSampled = true): TracePlace {
  const spanId = String(number).padStart(16, '0');
  return { traceId: String(number).padStart(32, '0'), spanId, isSampled };
}

function traced(offset: number, of: TracePlace, values: Partial<LogRecord> = {}): LogRecord {
  const headers = { ...EVENT_HEADERS, traceparent: writeTraceParent(of) };
  return logRecord(offset, { headers, timestampMs: ACCEPTED_AT_MS, ...values });
}

let told: RecordedSpans;
let worker: WorkerUnderTest;
afterEach(() => worker.stop());

async function start(): Promise<void> {
  told = new RecordedSpans();
  worker = await WorkerUnderTest.start(told.tracing());
}

async function fed(...records: LogRecord[]): Promise<void> {
  worker.subscription.feed(...records);
  await until(() => worker.subscription.commits.at(-1)?.positions[0]?.offset === records.at(-1)!.offset + 1);
  await until(() => worker.transport.loop?.state.status === 'idle');
}

const stepsOf = ({ traceId }: TracePlace) => told.ended.filter((span) => span.place.traceId === traceId);

describe('a sampled record', () => {
  it('tells where it spent its time, from its acceptance to the commit, below its request', async () => {
    await start();
    await fed(logRecord(0), traced(1, place(1)), logRecord(2));
    const steps = stepsOf(place(1));
    expect(steps.map(({ name }) => name)).toEqual(STEPS);
    for (const { parent } of steps) expect(parent).toEqual(place(1));
    expect(steps[0]).toMatchObject({
      startMs: ACCEPTED_AT_MS,
      attributes: { 'messaging.destination.name': EVENTS_TOPIC, 'sluice.partition': 0, 'sluice.offset': 1 },
    });
    expect(steps[1]?.startMs).toBe(steps[0]?.endMs);
  });

  it('and its batch link to one another', async () => {
    await start();
    await fed(traced(0, place(1)), traced(1, place(2)), logRecord(2));
    const batch = told.one('store batch');
    expect(batch.links).toEqual([place(1), place(2)]);
    expect(batch.attributes).toMatchObject({ 'sluice.records': 3 });
    expect(told.one('bulk write')).toMatchObject({ parent: batch.place, links: [place(1), place(2)] });
    for (const step of stepsOf(place(2)).slice(2)) expect(step.links).toEqual([batch.place]);
  });

  it('is told of once with the others of its request', async () => {
    await start();
    await fed(traced(0, place(1)), traced(1, place(1)), traced(2, place(1)));
    const steps = stepsOf(place(1));
    expect(steps.map(({ name }) => name)).toEqual(STEPS);
    expect(steps[0]?.attributes).toMatchObject({ 'sluice.records': 3 });
  });

  it('waits in one write for a store that is away, however often that is tried', async () => {
    await start();
    worker.store.isAvailable = false;
    const stored = fed(traced(0, place(1)));
    await until(() => worker.store.batches.length === 2);
    worker.store.isAvailable = true;
    await stored;
    const writes = told.ended.filter(({ name }) => name === 'bulk write');
    expect(writes.length).toBeGreaterThanOrEqual(2);
    expect(writes[0]?.attributes).toMatchObject({ 'error.type': 'unavailable' });
    expect(stepsOf(place(1)).map(({ name }) => name)).toEqual(STEPS);
    expect(stepsOf(place(1))[2]?.attributes).toEqual({ 'sluice.attempts': writes.length });
  });

  it('that can never be stored says why, and takes its trace along to the dead letters', async () => {
    await start();
    await fed(traced(0, place(1), { value: Buffer.from('no json') }), traced(1, place(2)));
    expect(stepsOf(place(1)).at(-1)).toMatchObject({ name: 'commit', attributes: { 'error.type': 'undecodable' } });
    expect(stepsOf(place(2)).at(-1)?.attributes).toEqual({});
    expect(worker.deadLetters.records.map(({ headers }) => headers['traceparent'])).toEqual([
      writeTraceParent(place(1)),
    ]);
  });

  it('whose partition is revoked ends its spans, and is told of again by whoever has it then', async () => {
    await start();
    worker.store.isAvailable = false;
    worker.subscription.feed(traced(0, place(1)));
    await until(() => worker.store.batches.length === 1);
    worker.subscription.revoke({ topic: EVENTS_TOPIC, partition: 0 });
    worker.store.isAvailable = true;
    await fed(traced(0, place(2)));
    expect(told.ended.find(({ name }) => name === 'store batch')?.attributes).toMatchObject({
      'error.type': 'revoked',
    });
    expect([...told.open]).toEqual([]);
  });
});

describe('a record that is not sampled', () => {
  it.each([
    ['has no trace', {}],
    ['has one that is not traced', { traceparent: writeTraceParent(place(1, false)) }],
    ['has a broken one', { traceparent: 'broken' }],
  ])('tells nothing: it %s', async (_what, more) => {
    await start();
    await fed(logRecord(0, { headers: { ...EVENT_HEADERS, ...more } }));
    expect(told.ended).toEqual([]);
  });

  it('has no header looked at for its trace while tracing is off', async () => {
    told = new RecordedSpans();
    worker = await WorkerUnderTest.start(new Tracing());
    const asked: PropertyKey[] = [];
    const headers = new Proxy(EVENT_HEADERS, {
      get: (target, name: string) => (asked.push(name), target[name]),
    });
    await fed(logRecord(0, { headers }));
    expect(asked).toEqual(['schema-version']);
  });
});
