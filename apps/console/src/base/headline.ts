import { counted } from './format.js';
import type { Status } from './types.js';

type Tone = 'good' | 'warn' | 'bad' | 'unknown';

export interface Headline {
  tone: Tone;
  text: string;
  /** Names the state without its numbers: a screen reader announces each change of it. */
  kind: string;
  /** The page of `docs/operations/runbooks` for this state. */
  runbook: string;
}

/** A record that is buffered for longer than this is late. */
const LATE_SECONDS = 5;

/** The reasons of a worker or the buffer, for people. */
const REASONS: Readonly<Record<string, string>> = {
  no_worker: 'no buffer worker is running',
  store_unreachable: 'the record store does not answer',
  log_unreachable: 'the event log does not answer',
  handler_failed: 'the worker has failed and tries again',
  poison_flood: 'too many records cannot be stored',
  foreign_group_member: 'another client is in its consumer group',
  foreign_commit: 'another client has committed in its consumer group',
};

const RUNBOOKS: Readonly<Record<string, string>> = {
  no_worker: 'app-down',
  store_unreachable: 'engine-down',
  log_unreachable: 'engine-down',
  handler_failed: 'worker-paused',
  poison_flood: 'worker-paused',
  foreign_group_member: 'worker-paused',
  foreign_commit: 'worker-paused',
};

export function reasonText(reason: string): string {
  return REASONS[reason] ?? reason;
}

export function runbookOf(reason: string | null): string {
  return (reason !== null && RUNBOOKS[reason]) || 'README';
}

/** The state of the whole system in one sentence. */
export function headlineOf(status: Status | undefined): Headline {
  if (status === undefined) return headline('unknown', 'Connecting…', 'README');
  const { buffer, parts } = status;
  if (parts.event_log.state === 'down') return headline('bad', 'The event log does not answer.', 'engine-down');
  if (buffer?.state === 'paused') {
    const { reason } = buffer;
    return headline('bad', `Records wait: ${reasonText(reason ?? 'the worker is paused')}.`, runbookOf(reason));
  }
  if (parts.record_store.state === 'down') return headline('bad', 'The record store does not answer.', 'engine-down');
  if (isLate(status)) return headline('warn', 'Records wait: the worker is catching up.', 'records-wait-too-long');
  const undecided = undecidedOf(status);
  if (undecided > 0) {
    const text = `${counted(undecided, 'dead letter')} ${undecided === 1 ? 'needs' : 'need'} a decision. All other records are stored as they come.`;
    return { tone: 'warn', text, kind: 'dead letters', runbook: 'dead-letters' };
  }
  return headline('good', 'Records are stored as they come.', 'README');
}

/** While the store cannot return the decisions, every letter counts. */
export function undecidedOf({ dead_letters: letters }: Status): number {
  return letters?.undecided ?? letters?.total ?? 0;
}

export function isLate({ buffer }: Status): boolean {
  return (buffer?.oldest_age_seconds ?? 0) > LATE_SECONDS;
}

function headline(tone: Tone, text: string, runbook: string): Headline {
  return { tone, text, kind: text, runbook };
}
