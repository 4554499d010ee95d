import { describe, expect, it } from '@jest/globals';
import { readTraceParent, writeTraceParent } from './trace-parent.js';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN_ID = '00f067aa0ba902b7';
const VALID = `00-${TRACE_ID}-${SPAN_ID}-01`;

describe('The header traceparent', () => {
  it('The header traceparent names a span context, and whether that is sampled', () => {
    expect(readTraceParent(VALID)).toEqual({ traceId: TRACE_ID, spanId: SPAN_ID, isSampled: true });
    expect(readTraceParent(VALID.replace(/01$/, '00'))).toMatchObject({ isSampled: false });
    expect(readTraceParent(VALID.replace(/01$/, '02'))).toMatchObject({ isSampled: false });
    expect(readTraceParent(VALID.replace(/01$/, 'ff'))).toMatchObject({ isSampled: true });
  });

  it('The header traceparent is written as it was read', () => {
    expect(writeTraceParent(readTraceParent(VALID)!)).toBe(VALID);
  });

  it('The header traceparent of a later version is forwarded as the version that we know', () => {
    expect(writeTraceParent(readTraceParent(`cc${VALID.slice(2)}`)!)).toBe(VALID);
  });

  it.each([
    ['left out', undefined],
    ['empty', ''],
    ['sent twice', [VALID, VALID]],
    ['in capitals', VALID.toUpperCase()],
    ['longer', `${VALID}-00`],
    ['followed by a line', `${VALID}\n`],
    ['of no version', `ff${VALID.slice(2)}`],
    ['without a span', VALID.replace(SPAN_ID, '0'.repeat(16))],
    ['without a trace', VALID.replace(TRACE_ID, '0'.repeat(32))],
    ['too short', VALID.replace(TRACE_ID, TRACE_ID.slice(1))],
    ['endless', `00-${'a'.repeat(100_000)}`],
  ])('The header traceparent is ignored when it is %s', (_what, header) => {
    expect(readTraceParent(header)).toBeUndefined();
  });
});
