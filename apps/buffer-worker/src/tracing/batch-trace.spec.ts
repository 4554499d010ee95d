import { afterEach, describe, expect, it } from '@jest/globals';
import { EVENT_HEADERS, EVENTS_TOPIC } from '@sluice/contracts';
import type { LogRecord } from '@sluice/event-log';
import { Tracing, writeTraceParent, type TracePlace } from '@sluice/observability';
import { RecordedSpans } from '@sluice/observability/testing';
import { until } from '@sluice/test-kit';
import { logRecord, WorkerUnderTest } from '../testing/worker-under-test.js';

const ACCEPTED_AT_MS = 1_000;
const STEPS = ['in log', 'batch wait', 'write', 'commit'];

function spanPlace(number: number, isSampled = true): TracePlace {
  const spanId = String(number).padStart(16, '0');
  return { traceId: String(number).padStart(32, '0'), spanId, isSampled };
}

function traced(offset: number, of: TracePlace, values: Partial<LogRecord> = {}): LogRecord {
  const headers = { ...EVENT_HEADERS, traceparent: writeTraceParent(of) };
  return logRecord(offset, { headers, timestampMs: ACCEPTED_AT_MS, ...values });
}

let recorded: RecordedSpans;
let worker: WorkerUnderTest;
afterEach(() => worker.stop());

async function start(): Promise<void> {
  recorded = new RecordedSpans();
  worker = await WorkerUnderTest.start(recorded.tracing());
}

async function fed(...records: LogRecord[]): Promise<void> {
  worker.subscription.feed(...records);
  await until(() => worker.subscription.commits.at(-1)?.positions[0]?.offset === records.at(-1)!.offset + 1);
  await until(() => worker.transport.loop?.state.status === 'idle');
}

const stepsOf = ({ traceId }: TracePlace) => recorded.ended.filter((span) => span.place.traceId === traceId);

describe('A sampled record', () => {
  it('A sampled record has a span for each step from its acceptance to the commit, below its request', async () => {
    await start();
    await fed(logRecord(0), traced(1, spanPlace(1)), logRecord(2));
    const steps = stepsOf(spanPlace(1));
    expect(steps.map(({ name }) => name)).toEqual(STEPS);
    for (const { parent } of steps) expect(parent).toEqual(spanPlace(1));
    expect(steps[0]).toMatchObject({
      startMs: ACCEPTED_AT_MS,
      attributes: { 'messaging.destination.name': EVENTS_TOPIC, 'sluice.partition': 0, 'sluice.offset': 1 },
    });
    expect(steps[1]?.startMs).toBe(steps[0]?.endMs);
  });

  it('A sampled record and its batch link to one another', async () => {
    await start();
    await fed(traced(0, spanPlace(1)), traced(1, spanPlace(2)), logRecord(2));
    const batch = recorded.one('store batch');
    expect(batch.links).toEqual([spanPlace(1), spanPlace(2)]);
    expect(batch.attributes).toMatchObject({ 'sluice.records': 3 });
    expect(recorded.one('bulk write')).toMatchObject({ parent: batch.place, links: [spanPlace(1), spanPlace(2)] });
    for (const step of stepsOf(spanPlace(2)).slice(2)) expect(step.links).toEqual([batch.place]);
  });

  it('Records of one request share their spans', async () => {
    await start();
    await fed(traced(0, spanPlace(1)), traced(1, spanPlace(1)), traced(2, spanPlace(1)));
    const steps = stepsOf(spanPlace(1));
    expect(steps.map(({ name }) => name)).toEqual(STEPS);
    expect(steps[0]?.attributes).toMatchObject({ 'sluice.records': 3 });
  });

  it('A record waits in one write for an unavailable store, however often that is retried', async () => {
    await start();
    worker.store.isAvailable = false;
    const stored = fed(traced(0, spanPlace(1)));
    await until(() => worker.store.batches.length === 2);
    worker.store.isAvailable = true;
    await stored;
    const writes = recorded.ended.filter(({ name }) => name === 'bulk write');
    expect(writes.length).toBeGreaterThanOrEqual(2);
    expect(writes[0]?.attributes).toMatchObject({ 'error.type': 'unavailable' });
    expect(stepsOf(spanPlace(1)).map(({ name }) => name)).toEqual(STEPS);
    expect(stepsOf(spanPlace(1))[2]?.attributes).toEqual({ 'sluice.attempts': writes.length });
  });

  it('A record that can never be stored has the reason, and its dead letter carries the trace', async () => {
    await start();
    await fed(traced(0, spanPlace(1), { value: Buffer.from('no json') }), traced(1, spanPlace(2)));
    expect(stepsOf(spanPlace(1)).at(-1)).toMatchObject({ name: 'commit', attributes: { 'error.type': 'undecodable' } });
    expect(stepsOf(spanPlace(2)).at(-1)?.attributes).toEqual({});
    expect(worker.deadLetters.records.map(({ headers }) => headers['traceparent'])).toEqual([
      writeTraceParent(spanPlace(1)),
    ]);
  });

  it('A revocation ends the spans of a record, and the next owner records it again', async () => {
    await start();
    worker.store.isAvailable = false;
    worker.subscription.feed(traced(0, spanPlace(1)));
    await until(() => worker.store.batches.length === 1);
    worker.subscription.revoke({ topic: EVENTS_TOPIC, partition: 0 });
    worker.store.isAvailable = true;
    await fed(traced(0, spanPlace(2)));
    expect(recorded.ended.find(({ name }) => name === 'store batch')?.attributes).toMatchObject({
      'error.type': 'revoked',
    });
    expect([...recorded.open]).toEqual([]);
  });
});

describe('A record that is not sampled', () => {
  it.each([
    ['has no trace', {}],
    ['has one that is not traced', { traceparent: writeTraceParent(spanPlace(1, false)) }],
    ['has a broken one', { traceparent: 'broken' }],
  ])('A record has no spans: it %s', async (_what, more) => {
    await start();
    await fed(logRecord(0, { headers: { ...EVENT_HEADERS, ...more } }));
    expect(recorded.ended).toEqual([]);
  });

  it('No header is read for traces while tracing is off', async () => {
    recorded = new RecordedSpans();
    worker = await WorkerUnderTest.start(new Tracing());
    const asked: PropertyKey[] = [];
    const headers = new Proxy(EVENT_HEADERS, {
      get: (target, name: string) => (asked.push(name), target[name]),
    });
    await fed(logRecord(0, { headers }));
    expect(asked).toEqual(['schema-version']);
  });
});
