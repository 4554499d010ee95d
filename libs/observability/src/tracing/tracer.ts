import type { TracePlace } from './trace-parent.js';

export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanStart {
  name: string;
  kind?: SpanKind;
  /** Left out: the span is the first of a new trace. */
  parent?: TracePlace | undefined;
  /** Spans of other traces that this one is related to. */
  links?: readonly TracePlace[];
  attributes?: SpanAttributes;
  /** Milliseconds since 1970; left out: now. */
  startMs?: number;
}

/** A timed step. It is exported once it has ended: a step that never ends is never exported. */
export interface Span {
  readonly place: TracePlace;
  set(attributes: SpanAttributes): void;
  /** The step has not done what it was for. @param errorType a stable code */
  failed(errorType: string): void;
  /** Once. @param endMs milliseconds since 1970; left out: now */
  end(endMs?: number): void;
}

/** Makes spans. Every call makes one: the caller has decided that the trace is sampled. Never throws. */
export interface Tracer {
  start(step: SpanStart): Span;
}
