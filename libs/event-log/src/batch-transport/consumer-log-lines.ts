import { Logger } from '@nestjs/common';
import type { BatchObserver } from './loop-state.js';

const ADVICE: Readonly<Record<string, string>> = {
  handler_failed:
    'the handler cannot handle a batch, which comes again and again; nothing is lost, but nothing goes on',
  log_unreachable: 'the event log does not answer; the batch in hand is finished when it is back',
  poison_flood:
    'most records of the last minute would be dead letters, as after a bad deploy; mend the cause and start again, or call acceptDeadLetters() on the loop',
};

/** What a consumer says through Nest's logger: one line for each change of state, not one for each retry. */
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
    if (reason === undefined) this.#logger.log('consuming goes on');
    else this.#logger.warn(`consuming is paused: ${ADVICE[reason] ?? reason}`);
  }

  committed(_records: number, deadLetters: number): void {
    if (deadLetters > 0) this.#logger.warn(`${deadLetters} records went to ${this.deadLetterTopic}`);
  }

  handlerFailed(error: unknown): void {
    const failure = String(error);
    if (failure === this.#lastFailure) return;
    this.#lastFailure = failure;
    this.#logger.error(failure, error instanceof Error ? error.stack : undefined);
  }
}
