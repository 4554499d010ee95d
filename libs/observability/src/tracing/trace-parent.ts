/** version, trace id, parent id, flags: https://www.w3.org/TR/trace-context/#traceparent-header */
const TRACE_PARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;
const SAMPLED = 1;

/** A span context, as in the W3C header `traceparent`. */
export interface TracePlace {
  traceId: string;
  spanId: string;
  isSampled: boolean;
}

/** The span context in the header; `undefined` if it is absent or invalid: an invalid one is ignored, as W3C requires. */
export function readTraceParent(header: unknown): TracePlace | undefined {
  const [, traceId, spanId, flags] = (typeof header === 'string' && TRACE_PARENT.exec(header)) || [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, isSampled: (parseInt(flags, 16) & SAMPLED) !== 0 };
}

export function writeTraceParent({ traceId, spanId, isSampled }: TracePlace): string {
  return `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`;
}
