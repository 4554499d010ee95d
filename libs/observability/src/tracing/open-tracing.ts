import type { Registry } from 'prom-client';
import type { Logger } from '../logging.js';
import { SpanDelivery } from './span-delivery.js';
import type { TracingOptions } from './tracing-options.js';
import { Tracing } from './tracing.js';

/** Off costs nothing: OpenTelemetry is loaded only where there is an endpoint. */
export async function openTracing(options: TracingOptions, logger: Logger, registry: Registry): Promise<Tracing> {
  const delivery = new SpanDelivery(logger, registry);
  if (options.endpoint === '') return new Tracing();
  const { openOtlpTracer } = await import('./otlp/otlp-tracer.js');
  const { tracer, close } = openOtlpTracer(options, delivery);
  logger.info({ collector: new URL(options.endpoint).host, ratio: options.ratio }, 'tracing is on');
  return new Tracing(tracer, options, close);
}
