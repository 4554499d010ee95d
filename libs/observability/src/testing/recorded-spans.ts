import { randomBytes } from 'node:crypto';
import { Tracing, type Sampling } from '../tracing/tracing.js';
import type { TracePlace } from '../tracing/trace-parent.js';
import type { Span, SpanAttributes, SpanStart, Tracer } from '../tracing/tracer.js';

/** A span that has ended. */
export interface RecordedSpan extends Omit<SpanStart, 'attributes'> {
  place: TracePlace;
  attributes: SpanAttributes;
  endMs: number | undefined;
}

/** A tracer that remembers the spans that have ended, in that order. */
export class RecordedSpans implements Tracer {
  readonly ended: RecordedSpan[] = [];
  readonly open = new Set<string>();

  /** @param sampling left out: everything is traced */
  tracing(sampling: Sampling = { sampler: 'traceidratio', ratio: 1 }): Tracing {
    return new Tracing(this, sampling);
  }

  start({ attributes = {}, ...step }: SpanStart): Span {
    const traceId = step.parent?.traceId ?? randomBytes(16).toString('hex');
    const place = { traceId, spanId: randomBytes(8).toString('hex'), isSampled: true };
    const recorded: RecordedSpan = { ...step, place, attributes, endMs: undefined };
    this.open.add(step.name);
    const set = (more: SpanAttributes): void => void (recorded.attributes = { ...recorded.attributes, ...more });
    return {
      place,
      set,
      failed: (errorType) => set({ 'error.type': errorType }),
      end: (endMs) => {
        this.open.delete(step.name);
        this.ended.push({ ...recorded, endMs });
      },
    };
  }

  names(): string[] {
    return this.ended.map(({ name }) => name);
  }

  /** @throws if there is not exactly one of this name */
  one(name: string): RecordedSpan {
    const found = this.ended.filter((span) => span.name === name);
    if (found.length !== 1) throw new Error(`There are ${found.length} spans named ${name} among ${this.names()}.`);
    return found[0]!;
  }
}
