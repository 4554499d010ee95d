import { Logger } from '@nestjs/common';
import { namesOfError, namesOfRecord, type FailedRecord } from './failed-record.js';
import type { BatchObserver } from './loop-state.js';

const ADVICE: Readonly<Record<string, string>> = {
  handler_failed:
    'the handler returns no outcomes for a batch, which is retried; no record is lost, but none is handled',
  log_unreachable: 'the event log does not answer; the current batch is finished when it is back',
  poison_flood:
    'most records of the last minute would be dead letters, or the handler fails on many records in a row, as after a bad deployment; fix the cause and restart, or call acceptDeadLetters() on the loop',
};
const LONGEST_STACK_CHARACTERS = 2_000;

/**
 * Reports what a consumer does to Nest's logger: one line for each change of state and each record that fails, not one for each
 * retry.
 */
export class ConsumerLogLines implements BatchObserver {
  readonly #logger: Logger;
  #lastFailure = '';

  constructor(
    group: string,
    private readonly deadLetterTopic: string,
  ) {
    this.#logger = new Logger(group);
  }

  /** A line of the event log itself. */
  write(level: 'info' | 'warn', message: string): void {
    if (level === 'warn') this.#logger.warn(message);
    else this.#logger.log(message);
  }

  pauseChanged(reason: string | undefined): void {
    if (reason === undefined) this.#logger.log('consuming resumed');
    else this.#logger.warn(`consuming is paused: ${ADVICE[reason] ?? reason}`);
  }

  committed(_records: number, deadLetters: number): void {
    if (deadLetters > 0) this.#logger.warn(`${deadLetters} records went to ${this.deadLetterTopic}`);
  }

  batchFailed(error: unknown, records: number): void {
    const failure = textOf(error);
    if (this.isNews(failure))
      this.#logger.warn(`the handler failed on a batch of ${records} records, but not on its parts: ${failure}`);
  }

  handlerFailed(error: unknown): void {
    const failure = textOf(error);
    if (this.isNews(failure)) this.#logger.error(failure);
  }

  recordHeld(failed: FailedRecord): void {
    if (failed.attempts > 1) return;
    const { error } = failed;
    const stack = error instanceof Error ? error.stack?.slice(0, LONGEST_STACK_CHARACTERS) : undefined;
    this.#logger.error(`${describe(failed)}; its partition is held, the others continue`, stack);
  }

  recordReleased(failed: FailedRecord, how: 'done' | 'dead-letter' | 'revoked'): void {
    if (how === 'done') this.#logger.log(`${placeOf(failed)} is handled after ${failed.attempts} failed attempts`);
    if (how === 'dead-letter')
      this.#logger.warn(`${placeOf(failed)} is dead-lettered after ${failed.attempts} failed attempts`);
  }

  private isNews(failure: string): boolean {
    const isNews = failure !== this.#lastFailure;
    this.#lastFailure = failure;
    return isNews;
  }
}

function describe(failed: FailedRecord): string {
  const { device_id: deviceId, record_id: recordId } = namesOfRecord(failed.record);
  const ids = `device_id=${deviceId ?? '?'} record_id=${recordId ?? '?'}`;
  return `the handler failed on ${placeOf(failed)} ${ids}: ${textOf(failed.error)}`;
}

function textOf(error: unknown): string {
  const { name, message } = namesOfError(error);
  return `${name}: ${message}`;
}

function placeOf({ record: { topic, partition, offset } }: FailedRecord): string {
  return `topic=${topic} partition=${partition} offset=${offset}`;
}
