import {
  namesOfError,
  namesOfRecord,
  type BatchObserver,
  type ErrorNames,
  type FailedRecord,
} from '@sluice/batch-transport';
import type { Logger } from '@sluice/observability';

/** What a person has to do, or need not do, while the worker is paused. */
const ADVICE: Readonly<Record<string, string>> = {
  store_unreachable:
    'the record store does not answer; records are buffered in the event log and stored when it is back',
  log_unreachable: 'the event log does not answer; the current batch is finished when it is back',
  handler_failed:
    'the worker cannot handle a batch because of a bug in the worker; no record is lost, but none is stored',
  poison_flood:
    'most records can never be stored, as after a bad deployment; nothing is dead-lettered until you fix the cause and restart the worker, or send it SIGUSR2 to dead-letter them',
  foreign_group_member:
    'a client that is not a buffer worker has joined the group of the buffer workers and receives records that would then not be stored; stop that client, and storing resumes: docs/operations/runbooks/worker-paused.md',
  foreign_commit:
    'another client has committed offsets in the group of the buffer workers, so it is unknown which records were stored; see docs/operations/runbooks/worker-paused.md',
};

/** Why the worker may be paused: stable codes. */
export const PAUSE_CAUSES: readonly string[] = Object.keys(ADVICE);

const LONGEST_STACK_CHARACTERS = 2_000;

/** One line for each change of state and each record that fails, not one for each retry. */
export class LoopLog implements BatchObserver {
  #lastFailure = '';

  constructor(private readonly logger: Logger) {}

  pauseChanged(reason: string | undefined): void {
    if (reason === undefined) this.logger.info('storing resumed');
    else this.logger.warn({ reason }, `storing is paused: ${ADVICE[reason] ?? reason}`);
  }

  committed(_records: number, deadLetters: number): void {
    if (deadLetters > 0)
      this.logger.warn({ deadLetters }, 'records that can never be stored went to the dead-letter topic');
  }

  batchFailed(error: unknown, records: number): void {
    const names = namesOfError(error);
    if (this.isNews(names))
      this.logger.warn({ records, error: names }, 'handling a batch failed, but handling its parts did not');
  }

  handlerFailed(error: unknown): void {
    const names = namesOfError(error);
    if (this.isNews(names)) this.logger.error({ error: names }, 'handling a batch returned no outcomes');
  }

  recordHeld({ record, error, attempts }: FailedRecord): void {
    if (attempts > 1) return;
    const stack = error instanceof Error ? error.stack?.slice(0, LONGEST_STACK_CHARACTERS) : undefined;
    const details = { ...namesOfRecord(record), error: { ...namesOfError(error), stack } };
    this.logger.error(details, 'handling a record failed; its partition is held, the others continue');
  }

  recordReleased({ record, attempts }: FailedRecord, how: 'done' | 'dead-letter' | 'revoked'): void {
    const { topic, partition, offset } = record;
    if (how !== 'revoked') this.logger.info({ topic, partition, offset, attempts }, 'the held partition resumed');
  }

  private isNews({ name, message }: ErrorNames): boolean {
    const failure = `${name}: ${message}`;
    const isNews = failure !== this.#lastFailure;
    this.#lastFailure = failure;
    return isNews;
  }
}
