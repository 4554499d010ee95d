import { expect, it } from '@jest/globals';
import { MAX_LINKS, writeTraceParent } from '@sluice/observability';
import { logRecord } from '../testing/worker-under-test.js';
import { tracedRecordsOf } from './traced-records.js';

function traced(offset: number, request: number) {
  const spanId = String(request).padStart(16, '0');
  const traceparent = writeTraceParent({ traceId: 'a'.repeat(32), spanId, isSampled: true });
  return logRecord(offset, { headers: { traceparent } });
}

it('The sampled records of a batch are counted by their request', () => {
  const batch = [logRecord(0), traced(1, 7), traced(2, 8), traced(3, 7)];
  const found = [...tracedRecordsOf(batch).values()].map(({ first, count }) => [first.offset, count]);
  expect(found).toEqual([
    [1, 2],
    [2, 1],
  ]);
});

it('The number of requests is limited to the links of a span', () => {
  const batch = Array.from({ length: 1000 }, (_, offset) => traced(offset, offset + 1));
  expect(tracedRecordsOf(batch).size).toBe(MAX_LINKS);
});
