import type { LogRecord } from '@sluice/event-log';
import { MAX_LINKS, readTraceParent, type TracePlace } from '@sluice/observability';

/** Records of one request within one batch: they share a trace and its spans. */
export interface TracedRecords {
  place: TracePlace;
  first: LogRecord;
  count: number;
}

/** @returns the span context of its request, if the gateway has traced it */
export function sampledPlaceOf({ headers }: LogRecord): TracePlace | undefined {
  const header = headers['traceparent'];
  if (header === undefined) return undefined;
  const place = readTraceParent(header);
  return place?.isSampled ? place : undefined;
}

/** The sampled records of a batch by their request, of as many requests as a span can link to. */
export function tracedRecordsOf(batch: readonly LogRecord[]): Map<string, TracedRecords> {
  const traced = new Map<string, TracedRecords>();
  for (const record of batch) {
    const place = sampledPlaceOf(record);
    if (place === undefined) continue;
    const known = traced.get(place.spanId);
    if (known !== undefined) known.count++;
    else if (traced.size < MAX_LINKS) traced.set(place.spanId, { place, first: record, count: 1 });
  }
  return traced;
}
