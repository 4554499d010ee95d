import { readTraceParent, type TracePlace } from './trace-parent.js';
import type { Tracing } from './tracing.js';

/** The fields of one append to the event log that a span uses. */
export interface TracedAppend {
  topic: string;
  entries: readonly { headers: Readonly<Record<string, string>> }[];
  durationMs: number;
  /** Whether all of its records were. */
  isConfirmed: boolean;
}

/** Most traces that one span links to: OpenTelemetry keeps no more. */
export const MAX_LINKS = 128;

/**
 * Makes a span for each append with sampled records, with links to their traces: for the event log's option `onAppend`. Appends are
 * shared between requests, so each append is a separate trace.
 */
export function traceAppends({ tracer }: Tracing): (append: TracedAppend) => void {
  if (tracer === undefined) return () => undefined;
  return ({ topic, entries, durationMs, isConfirmed }) => {
    const links = tracesOf(entries);
    if (links.length === 0) return;
    const attributes = { 'messaging.destination.name': topic, 'sluice.records': entries.length };
    const span = tracer.start({
      name: `append ${topic}`,
      kind: 'client',
      links,
      attributes,
      startMs: Date.now() - durationMs,
    });
    if (!isConfirmed) span.failed('unconfirmed');
    span.end();
  };
}

/** Records of one request stand together and share their headers. */
function tracesOf(entries: TracedAppend['entries']): TracePlace[] {
  const places: TracePlace[] = [];
  let last: Readonly<Record<string, string>> | undefined;
  for (const { headers } of entries) {
    if (headers === last) continue;
    last = headers;
    const place = headers['traceparent'] === undefined ? undefined : readTraceParent(headers['traceparent']);
    if (place?.isSampled && places.push(place) === MAX_LINKS) break;
  }
  return places;
}
