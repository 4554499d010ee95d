import type { ArgumentsHost } from '@nestjs/common';
import { beforeEach, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { EventLogError } from '@sluice/event-log';
import { RecordStoreError } from '@sluice/record-store';
import { Lifecycle } from '@sluice/process';
import { EngineErrorFilter } from './engine-error.filter.js';
import { FakeClock } from '@sluice/test-kit';

const STORE_AWAY = new RecordStoreError('unavailable', 'the store does not answer');
const LOG_AWAY = new EventLogError('unavailable', 'the log does not answer');

/** An answer that is discarded. */
const reply = { header: () => reply, status: () => reply, send: () => reply };
const host = {
  switchToHttp: () => ({ getRequest: () => ({ id: 'request-1', url: '/records' }), getResponse: () => reply }),
} as unknown as ArgumentsHost;

let lines: { level: number; msg: string; requestId: string }[];
let clock: FakeClock;
let filter: EngineErrorFilter;
beforeEach(() => {
  lines = [];
  clock = new FakeClock();
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  filter = new EngineErrorFilter(logger, new Lifecycle(), clock);
});

it('An outage of an engine is one line, however many requests fail meanwhile', () => {
  for (let request = 0; request < 50; request++) {
    clock.advance(1_000);
    filter.catch(STORE_AWAY, host);
  }
  expect(lines).toMatchObject([{ msg: 'the store does not answer', requestId: 'request-1' }]);
});

it('The outage of the other engine, and the next outage, have separate lines', () => {
  filter.catch(STORE_AWAY, host);
  filter.catch(LOG_AWAY, host);
  clock.advance(60_000);
  filter.catch(STORE_AWAY, host);
  expect(lines.map(({ msg }) => msg)).toEqual([
    'the store does not answer',
    'the log does not answer',
    'the store does not answer',
  ]);
});
