import { BatchSpanProcessor, type SpanExporter, type SpanProcessor } from '@opentelemetry/sdk-trace';
import { MAX_WAITING_SPANS, type SpanDelivery } from '../span-delivery.js';

/** Turning so many spans into JSON holds the event loop up for a millisecond or two. */
const MAX_EXPORTED_SPANS = 256;
const EXPORT_DELAY_MS = 1_000;

/**
 * Sends spans in the background, at most {@link MAX_WAITING_SPANS} of them on their way. OpenTelemetry's own queue is bounded too,
 * but does not say what it drops; so the delivery lets a span in before that queue could be full.
 */
export function boundedExport(exporter: SpanExporter, delivery: SpanDelivery): SpanProcessor {
  const batches = new BatchSpanProcessor({
    exporter: watched(exporter, delivery),
    maxQueueSize: MAX_WAITING_SPANS,
    maxExportBatchSize: MAX_EXPORTED_SPANS,
    scheduledDelayMillis: EXPORT_DELAY_MS,
  });
  return {
    onStart: (span, context) => batches.onStart(span, context),
    onEnd: (span) => {
      if (delivery.admit()) batches.onEnd(span);
    },
    forceFlush: () => batches.forceFlush(),
    shutdown: () => batches.shutdown(),
  };
}

function watched(exporter: SpanExporter, delivery: SpanDelivery): SpanExporter {
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.error === undefined && result.code === 0) delivery.delivered(spans.length);
        else delivery.failed(spans.length, reasonOf(result.error));
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
  };
}

/** The collector's status or the code of the network: its own words may be anything. */
function reasonOf(error: (Error & { code?: string | number }) | undefined): string {
  return `the collector does not take them: ${error?.code ?? error?.name ?? 'unknown'}`;
}
