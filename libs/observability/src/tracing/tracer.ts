import type { TracePlace } from './trace-parent.js';

export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanStart {
  name: string;
  kind?: SpanKind;
  /** Left out: the span is the first of a new trace. */
  parent?: TracePlace | undefined;
  /** Spans of other traces that this one stands in relation to. */
  links?: readonly TracePlace[];
  attributes?: SpanAttributes;
  /** Milliseconds since 1970; left out: now. */
  startMs?: number;
}

/** A step whose time is told. It is told once it has ended: one that never ends is never seen. */
export interface Span {
  readonly place: TracePlace;
  set(attributes: SpanAttributes): void;
  /** The step has not done what it was for. @param errorType a stable code */
  failed(errorType: string): void;
  /** Once. @param endMs milliseconds since 1970; left out: now */
  end(endMs?: number): void;
}

/** Tells where time is spent. What it is given always becomes a span: whoever asks has decided that it is wanted. Never throws. */
export interface Tracer {
  start(step: SpanStart): Span;
}
