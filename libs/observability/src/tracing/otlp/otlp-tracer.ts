import { randomUUID } from 'node:crypto';
import {
  SpanKind as OtelSpanKind,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type HrTime,
  type SpanContext,
  type Span as OtelSpan,
  type Tracer as OtelTracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOnSampler, TracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace';
import { within } from '@sluice/async';
import type { SpanDelivery } from '../span-delivery.js';
import type { TracePlace } from '../trace-parent.js';
import type { TracingOptions } from '../tracing-options.js';
import type { Span, SpanAttributes, SpanKind, SpanStart, Tracer } from '../tracer.js';
import { boundedExport } from './bounded-export.js';

const KINDS: Readonly<Record<SpanKind, OtelSpanKind>> = {
  internal: OtelSpanKind.INTERNAL,
  server: OtelSpanKind.SERVER,
  client: OtelSpanKind.CLIENT,
  producer: OtelSpanKind.PRODUCER,
  consumer: OtelSpanKind.CONSUMER,
};

/** Spans by OpenTelemetry's SDK. Sampling is decided before a span is started, so every span is recorded. */
class OtlpTracer implements Tracer {
  constructor(private readonly tracer: OtelTracer) {}

  start({ name, kind = 'internal', parent, links = [], attributes = {}, startMs }: SpanStart): Span {
    const options = {
      kind: KINDS[kind],
      attributes,
      links: links.map((place) => ({ context: contextOf(place) })),
      ...(startMs === undefined ? {} : { startTime: hrTimeOf(startMs) }),
    };
    return new OtlpSpan(this.tracer.startSpan(name, options, parentOf(parent)));
  }
}

class OtlpSpan implements Span {
  constructor(private readonly span: OtelSpan) {}

  get place(): TracePlace {
    const { traceId, spanId } = this.span.spanContext();
    return { traceId, spanId, isSampled: true };
  }

  set(attributes: SpanAttributes): void {
    this.span.setAttributes(attributes);
  }

  failed(errorType: string): void {
    this.span.setAttribute('error.type', errorType);
    this.span.setStatus({ code: SpanStatusCode.ERROR });
  }

  end(endMs?: number): void {
    this.span.end(endMs === undefined ? undefined : hrTimeOf(endMs));
  }
}

/** OpenTelemetry takes a number that lies before the start of this process for one that counts from there. */
function hrTimeOf(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}

function parentOf(place: TracePlace | undefined): Context {
  return place === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, contextOf(place));
}

function contextOf({ traceId, spanId }: TracePlace): SpanContext {
  return { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true };
}

/** @param exporter where the spans go; left out: to the endpoint of the options */
export function openOtlpTracer(
  options: TracingOptions,
  delivery: SpanDelivery,
  exporter: SpanExporter = toEndpoint(options),
): { tracer: Tracer; close: () => Promise<void> } {
  const { serviceName, flushTimeoutMs } = options;
  const names = { 'service.name': serviceName, 'service.instance.id': randomUUID() };
  const provider = new TracerProvider({
    sampler: new AlwaysOnSampler(),
    resource: defaultResource().merge(resourceFromAttributes(names)),
    spanProcessors: [boundedExport(exporter, delivery)],
  });
  const close = async (): Promise<void> => {
    // The delivery has counted what fails or hangs: here only the time matters.
    await within(
      flushTimeoutMs,
      provider.shutdown().catch(() => undefined),
    );
    delivery.gaveUp();
  };
  return { tracer: new OtlpTracer(provider.getTracer('sluice')), close };
}

function toEndpoint({ endpoint, headers, exportTimeoutMs }: TracingOptions): SpanExporter {
  const url = `${endpoint.replace(/\/$/, '')}/v1/traces`;
  return new OTLPTraceExporter({ url, headers: { ...headers }, timeoutMillis: exportTimeoutMs });
}
