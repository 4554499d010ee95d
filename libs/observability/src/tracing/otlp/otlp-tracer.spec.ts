import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SpanStatusCode } from '@opentelemetry/api';
import { InMemorySpanExporter } from '@opentelemetry/sdk-trace';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { OtlpReceiver } from '../../testing/otlp-receiver.js';
import type { TracingOptions } from '../tracing-options.js';
import { SpanDelivery } from '../span-delivery.js';
import { openOtlpTracer } from './otlp-tracer.js';

const PARENT = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), isSampled: true };
const LINKED = { traceId: 'c'.repeat(32), spanId: 'd'.repeat(16), isSampled: true };

/** Below the exporter's first pause between two attempts: it makes one, and leaves no timer behind. */
const ONE_ATTEMPT_MS = 500;

const optionsFor = (endpoint: string): TracingOptions => ({
  endpoint,
  headers: { 'x-key': 'a-key' },
  sampler: 'traceidratio',
  ratio: 1,
  serviceName: 'sluice-test',
  exportTimeoutMs: 20_000,
  flushTimeoutMs: 20_000,
});

async function deliveryOf(registry: Registry): Promise<Record<string, number>> {
  const { values } = await registry.getSingleMetric('sluice_trace_spans_total')!.get();
  return Object.fromEntries(values.map(({ labels, value }) => [labels['outcome'], value]));
}

describe('A span', () => {
  const exporter = new InMemorySpanExporter();
  const { tracer, close } = openOtlpTracer(
    optionsFor(''),
    new SpanDelivery(pino({ level: 'silent' }), new Registry()),
    keptOpen(exporter),
  );

  it('A span has its parent, its links, its times and its outcome', async () => {
    const span = tracer.start({
      name: 'a step',
      kind: 'consumer',
      parent: PARENT,
      links: [LINKED],
      startMs: 1_000,
      attributes: { 'sluice.records': 2 },
    });
    span.set({ 'sluice.attempts': 3 });
    span.failed('unavailable');
    span.end(3_500);
    tracer.start({ name: 'a separate trace' }).end();
    await close();
    const [step, own] = exporter.getFinishedSpans();
    expect(step).toMatchObject({
      name: 'a step',
      parentSpanContext: { traceId: PARENT.traceId, spanId: PARENT.spanId },
      links: [{ context: { traceId: LINKED.traceId, spanId: LINKED.spanId } }],
      startTime: [1, 0],
      duration: [2, 500_000_000],
      status: { code: SpanStatusCode.ERROR },
      attributes: { 'sluice.records': 2, 'sluice.attempts': 3, 'error.type': 'unavailable' },
    });
    expect(step?.spanContext()).toMatchObject(pick(span.place));
    expect(own?.parentSpanContext).toBeUndefined();
    expect(own?.spanContext().traceId).not.toBe(PARENT.traceId);
  });
});

/** A shutdown would make it forget what it has. */
function keptOpen(exporter: InMemorySpanExporter) {
  return { export: exporter.export.bind(exporter), shutdown: () => Promise.resolve() };
}

const pick = ({ traceId, spanId }: typeof PARENT) => ({ traceId, spanId });

describe('The export to the collector', () => {
  let receiver: OtlpReceiver;
  let registry: Registry;
  let logged: string[];
  beforeEach(async () => {
    receiver = await OtlpReceiver.start();
    registry = new Registry();
    logged = [];
  });
  afterEach(() => receiver.close());

  function open(options: Partial<TracingOptions> = {}) {
    const logger = pino({}, { write: (line: string) => void logged.push(line) });
    return openOtlpTracer({ ...optionsFor(receiver.endpoint), ...options }, new SpanDelivery(logger, registry));
  }

  it('The export to the collector is OTLP in JSON over HTTP, with the name of the process and the configured headers', async () => {
    const { tracer, close } = open({ endpoint: `${receiver.endpoint}/otlp/` });
    tracer.start({ name: 'a step', attributes: { 'sluice.record_id': 'r-1' } }).end();
    await close();
    expect(receiver.requests).toMatchObject([{ path: '/otlp/v1/traces', headers: { 'x-key': 'a-key' } }]);
    expect(receiver.spans).toMatchObject([{ name: 'a step', serviceName: 'sluice-test' }]);
    expect(await deliveryOf(registry)).toEqual({ delivered: 1, dropped: 0 });
  });

  it.each(['refuses', 'hang'] as const)('The export drops spans and counts them when the collector %s', async (how) => {
    receiver.behaviour = how;
    const { tracer, close } = open({ exportTimeoutMs: ONE_ATTEMPT_MS });
    for (let number = 0; number < 5000; number++) tracer.start({ name: 'a step' }).end();
    await close();
    expect(await deliveryOf(registry)).toEqual({ delivered: 0, dropped: 5000 });
    expect(logged).toHaveLength(1);
  });

  it('The export to the collector also drops spans when no collector listens', async () => {
    const { tracer, close } = open({ endpoint: 'http://127.0.0.1:1', exportTimeoutMs: ONE_ATTEMPT_MS });
    tracer.start({ name: 'a step' }).end();
    await close();
    expect(await deliveryOf(registry)).toEqual({ delivered: 0, dropped: 1 });
    expect(logged.join()).toMatch(/dropped; accepting and storing records is not affected/);
  });

  it('The export to the collector delays a stop no longer than allowed, and counts the spans that were not sent by then', async () => {
    receiver.behaviour = 'hang';
    const { tracer, close } = open({ exportTimeoutMs: ONE_ATTEMPT_MS, flushTimeoutMs: 1 });
    tracer.start({ name: 'a step' }).end();
    await close();
    expect(await deliveryOf(registry)).toEqual({ delivered: 0, dropped: 1 });
    expect(logged.join()).toContain('the process has stopped before they were taken');
  });
});
