import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { OtlpReceiver, type ReceivedSpan } from '@sluice/observability/testing';
import { until } from '@sluice/test-kit';
import { StandaloneUnderTest } from './testing/standalone-under-test.js';

/** The metrics are computed once a second. */
const PATIENCE = { everyMs: 50, errorsFail: true };

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const DEVICE_SPAN = '00f067aa0ba902b7';
const SAMPLED = `00-${TRACE_ID}-${DEVICE_SPAN}-01`;
const STEPS = ['receive', 'publish', 'in log', 'batch wait', 'write', 'commit'];

const report = (device: string) => ({
  device_id: device,
  timestamp: '2025-09-09T17:00:00Z',
  data_payload: { gene_count: 12 },
});

async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<number> {
  const response = await fetch(`${url}/ingest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close', ...headers },
    body: JSON.stringify(body),
  });
  await response.arrayBuffer();
  return response.status;
}

const tracedTo = (endpoint: string): Record<string, string> => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
  OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
  OTEL_TRACES_SAMPLER_ARG: '0',
  OTEL_EXPORTER_OTLP_TIMEOUT: '300',
  SHUTDOWN_TIMEOUT_MS: '1000',
});

describe('The trace of a record', () => {
  let collector: OtlpReceiver;
  let standalone: StandaloneUnderTest;
  beforeAll(async () => {
    collector = await OtlpReceiver.start();
    standalone = await StandaloneUnderTest.start(tracedTo(collector.endpoint));
  });
  afterAll(async () => {
    await standalone.stop();
    await collector.close();
  });

  it('The trace has a span for each step from the request of the device to the commit after the store', async () => {
    expect(await post(standalone.url, report('dev-2'), { traceparent: SAMPLED })).toBe(202);
    const spans = await collector.trace(TRACE_ID, ['POST /ingest', ...STEPS]);
    const request = named(spans, 'POST /ingest');
    expect(request).toMatchObject({ parentSpanId: DEVICE_SPAN, serviceName: 'sluice-standalone' });
    expect(spans.map(({ name }) => name).sort()).toEqual(['POST /ingest', ...STEPS].sort());
    for (const step of STEPS) expect(named(spans, step).parentSpanId).toBe(request.spanId);
    for (const [earlier, later] of pairs(['in log', 'batch wait', 'write', 'commit'])) {
      expect(endOf(named(spans, earlier))).toBeLessThanOrEqual(startOf(named(spans, later)) + ONE_MS);
    }
    const append = await collector.linkingTo(request.spanId, 'append ingest.events');
    const write = await collector.linkingTo(request.spanId, 'bulk write');
    const batch = await collector.linkingTo(request.spanId, 'store batch');
    expect(write).toMatchObject({ traceId: batch.traceId, parentSpanId: batch.spanId });
    expect(append.traceId).not.toBe(TRACE_ID);
    expect(named(spans, 'write').links).toMatchObject([{ traceId: batch.traceId, spanId: batch.spanId }]);
  });

  it('The trace is shared by all records of a request', async () => {
    const traceId = '1'.repeat(32);
    const many = Array.from({ length: 20 }, () => report('dev-2'));
    expect(await post(standalone.url, many, { traceparent: SAMPLED.replace(TRACE_ID, traceId) })).toBe(202);
    const spans = await collector.trace(traceId, ['POST /ingest', ...STEPS]);
    const records = spans.filter(({ name }) => name === 'in log').map((span) => attribute(span, 'sluice.records'));
    expect(records.reduce((sum, count) => sum + count, 0)).toBe(20);
  });

  it.each([
    ['not sampled', SAMPLED.replace(/01$/, '00')],
    ['broken', `${SAMPLED}-and-more`],
    ['endless', `00-${'a'.repeat(9000)}`],
    ['of zeros', SAMPLED.replace(TRACE_ID, '0'.repeat(32))],
  ])('A request whose context is %s has no trace, and its record is accepted', async (_what, traceparent) => {
    const before = collector.spans.length;
    const headers = { traceparent, tracestate: 'a=b'.repeat(50), baggage: 'secret=1,'.repeat(50) };
    expect(await post(standalone.url, report('dev-3'), headers)).toBe(202);
    await post(standalone.url, report('dev-4'), { traceparent: SAMPLED.replace(TRACE_ID, 'e'.repeat(32)) });
    await collector.trace('e'.repeat(32), ['commit']);
    const others = collector.spans.slice(before).filter((span) => span.traceId === TRACE_ID);
    expect(others).toEqual([]);
    expect(JSON.stringify(collector.spans)).not.toMatch(/secret|a=b/);
  });
});

describe('A collector in trouble', () => {
  let collector: OtlpReceiver;
  let standalone: StandaloneUnderTest;

  async function start(behaviour: OtlpReceiver['behaviour']): Promise<void> {
    collector = await OtlpReceiver.start();
    collector.behaviour = behaviour;
    const everything = { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '1' };
    standalone = await StandaloneUnderTest.start({ ...tracedTo(collector.endpoint), ...everything });
  }

  afterEach(async () => {
    await standalone.stop();
    await collector.close();
  });

  it.each(['refuses', 'hang'] as const)('A collector that %s costs counted spans, and no record', async (behaviour) => {
    await start(behaviour);
    const posts = Array.from({ length: 40 }, () => post(standalone.url, report('dev-2')));
    expect(new Set(await Promise.all(posts))).toEqual(new Set([202]));
    const [committed, dropped] = [
      'sluice_worker_committed_records_total',
      'sluice_trace_spans_total{outcome="dropped"}',
    ];
    await until(async () => (await counted(standalone.url, committed)) === 40, PATIENCE);
    await until(async () => (await counted(standalone.url, dropped)) > 0, PATIENCE);
  });
});

async function counted(url: string, series: string): Promise<number> {
  const response = await fetch(`${url}/metrics`, { headers: { connection: 'close' } });
  const line = (await response.text()).split('\n').find((text) => text.startsWith(`${series} `));
  return Number(line?.slice(series.length));
}

const ONE_MS = 1_000_000n;
const startOf = (span: ReceivedSpan): bigint => BigInt(span.startTimeUnixNano);
const endOf = (span: ReceivedSpan): bigint => BigInt(span.endTimeUnixNano);

function named(spans: readonly ReceivedSpan[], name: string): ReceivedSpan {
  const found = spans.find((span) => span.name === name);
  if (found === undefined) throw new Error(`There is no span ${name}.`);
  return found;
}

function attribute({ attributes }: ReceivedSpan, name: string): number {
  return Number(attributes.find(({ key }) => key === name)?.value.intValue);
}

function pairs(names: readonly string[]): [string, string][] {
  return names.slice(1).map((name, index) => [names[index]!, name]);
}
