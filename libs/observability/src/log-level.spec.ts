import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { changeLevelOnSignal } from './log-level.js';
import type { Logger } from './logging.js';

interface Line {
  level: string;
  msg: string;
}

let lines: Line[];
let logger: Logger;
let end: () => void = () => undefined;

beforeEach(() => {
  lines = [];
});
afterEach(() => end());

function startAt(level: string): void {
  const write = (line: string) => void lines.push(JSON.parse(line) as Line);
  logger = pino({ level, base: {}, formatters: { level: (label) => ({ level: label }) } }, { write });
  end = changeLevelOnSignal(logger);
}

/** As the signal does: its listeners are called one after the other. */
function signal(): void {
  process.emit('SIGUSR1');
}

describe('SIGUSR1', () => {
  it.each([
    ['info', 'info'],
    ['error', 'error'],
    ['debug', 'info'],
  ])('SIGUSR1 turns debug on in a process that began at %s, and goes back to %s', (level, quiet) => {
    startAt(level);
    if (level === 'debug') signal();
    signal();
    expect(logger.level).toBe('debug');
    signal();
    expect(logger.level).toBe(quiet);
  });

  it('SIGUSR1 is answered by one line each time, whatever the level', () => {
    startAt('error');
    signal();
    logger.debug('a detail');
    signal();
    logger.debug('another detail');
    expect(lines.map(({ msg }) => msg)).toEqual([
      'log level debug; SIGUSR1 returns to error',
      'a detail',
      'log level error; SIGUSR1 turns debug on',
    ]);
  });
});
