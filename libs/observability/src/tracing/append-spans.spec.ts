import { expect, it } from '@jest/globals';
import { RecordedSpans } from '../testing/recorded-spans.js';
import { MAX_LINKS, traceAppends, type TracedAppend } from './append-spans.js';
import { writeTraceParent, type TracePlace } from './trace-parent.js';
import { Tracing } from './tracing.js';

const place = (number: number): TracePlace => ({
  traceId: 'a'.repeat(32),
  spanId: String(number).padStart(16, '0'),
  isSampled: true,
});
const traced = (number: number) => ({ headers: { traceparent: writeTraceParent(place(number)) } });
const PLAIN = { headers: {} };

function spansOf(append: Partial<TracedAppend>) {
  const spans = new RecordedSpans();
  traceAppends(spans.tracing())({ topic: 'a-topic', entries: [], durationMs: 40, isConfirmed: true, ...append });
  return spans.ended;
}

it('The tracing of appends makes a span for an append with sampled records, with links to the trace of each request', () => {
  const shared = traced(1);
  const [append, ...more] = spansOf({ entries: [PLAIN, shared, shared, PLAIN, traced(2)] });
  expect(more).toEqual([]);
  expect(append).toMatchObject({
    name: 'append a-topic',
    links: [place(1), place(2)],
    attributes: { 'messaging.destination.name': 'a-topic', 'sluice.records': 5 },
  });
  expect(append?.parent).toBeUndefined();
});

it('The tracing of appends makes no span for an append without sampled records', () => {
  const broken = { headers: { traceparent: 'broken' } };
  const unsampled = { headers: { traceparent: writeTraceParent({ ...place(1), isSampled: false }) } };
  expect(spansOf({ entries: [PLAIN, broken, unsampled] })).toEqual([]);
});

it('The tracing of appends reports when the log did not acknowledge', () => {
  const [append] = spansOf({ entries: [traced(1)], isConfirmed: false });
  expect(append?.attributes).toMatchObject({ 'error.type': 'unconfirmed' });
});

it('The tracing of appends links to no more traces than a span can have', () => {
  const entries = Array.from({ length: 1000 }, (_, number) => traced(number + 1));
  expect(spansOf({ entries })[0]?.links).toHaveLength(MAX_LINKS);
});

it('The tracing of appends reads no header while tracing is off', () => {
  const untouchable = new Proxy([] as unknown as TracedAppend['entries'], {
    get: () => {
      throw new Error('looked at');
    },
  });
  traceAppends(new Tracing())({ topic: 'a-topic', entries: untouchable, durationMs: 1, isConfirmed: true });
});
