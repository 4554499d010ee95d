import type { Registry } from 'prom-client';
import type { Logger } from '../logging.js';
import { SpanDelivery } from './span-delivery.js';
import { Tracing, type Sampling } from './tracing.js';

export interface TracingOptions extends Sampling {
  /** `http://collector:4318`, of whatever takes OTLP over HTTP. Empty: tracing is off. */
  endpoint: string;
  /** Sent with every export, such as the key of a hosted service. */
  headers: Readonly<Record<string, string>>;
  /** Names this process in its traces. */
  serviceName: string;
  /** An export that takes longer has failed, and its spans are lost. */
  exportTimeoutMs: number;
  /** A stop waits this long for the last spans to be sent. */
  flushTimeoutMs: number;
}

/** Off costs nothing: OpenTelemetry is loaded only where there is an endpoint. */
export async function openTracing(options: TracingOptions, logger: Logger, registry: Registry): Promise<Tracing> {
  const delivery = new SpanDelivery(logger, registry);
  if (options.endpoint === '') return new Tracing();
  const { openOtlpTracer } = await import('./otlp/otlp-tracer.js');
  const { tracer, close } = openOtlpTracer(options, delivery);
  logger.info({ collector: new URL(options.endpoint).host, ratio: options.ratio }, 'traces are sent');
  return new Tracing(tracer, options, close);
}
