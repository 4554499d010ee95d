import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { FailedRecord } from '@sluice/batch-transport';
import { LoopLog } from './loop-log.js';
import { logRecord } from './testing/worker-under-test.js';

function logTo(lines: Record<string, unknown>[]): LoopLog {
  return new LoopLog(pino({}, { write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) }));
}

const failedRecord = (error: unknown, attempts = 1): FailedRecord => ({ record: logRecord(17), error, attempts });

describe('LoopLog', () => {
  it('A record on which the worker fails is logged once, with the error and its stack', () => {
    const lines: Record<string, unknown>[] = [];
    const log = logTo(lines);
    log.recordHeld(failedRecord(new RangeError('no such limit')));
    log.recordHeld(failedRecord(new RangeError('no such limit'), 2));
    expect(lines).toEqual([
      expect.objectContaining({
        topic: 'ingest.events',
        partition: 0,
        offset: 17,
        device_id: 'dev-2',
        record_id: 'r-17',
        error: { name: 'RangeError', message: 'no such limit', stack: expect.stringContaining('loop-log.spec') },
        msg: expect.stringContaining('handling a record failed'),
      }),
    ]);
  });

  it.each([
    ['a text', 'away', { name: 'string', message: 'away' }],
    ['nothing', undefined, { name: 'undefined', message: 'undefined' }],
    [
      'an object',
      { status: 'error', message: 'Internal server error' },
      { name: 'Error', message: 'Internal server error' },
    ],
    ['an object without a message', { code: 5 }, { name: 'Error', message: 'no message' }],
    ['a long message of many lines', new Error('a\n'.repeat(1000)), { name: 'Error', message: `${'a '.repeat(250)}…` }],
  ])('An error that is %s is logged in one bounded line', (_what, error, names) => {
    const lines: Record<string, unknown>[] = [];
    logTo(lines).recordHeld(failedRecord(error));
    expect(lines[0]?.['error']).toMatchObject(names);
  });
});
