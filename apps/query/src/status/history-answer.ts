import { parseTimestamp, type ProblemEntry } from '@sluice/contracts';
import { invalidParameter } from '@sluice/http';
import type { HistoryPoint, StatusHistory } from './status-history.js';

/** The body of `GET /status/history`: one list for each figure, all of the same length. */
export function historyAnswer(history: StatusHistory, sinceMs: number | undefined): object {
  const points = history.points(sinceMs);
  const column = (of: (point: HistoryPoint) => number | null) => points.map((point) => rounded(of(point)));
  return {
    step_seconds: history.stepMs / 1000,
    at: points.map(({ atMs }) => new Date(atMs).toISOString()),
    received_per_second: column(({ receivedPerSecond }) => receivedPerSecond),
    stored_per_second: column(({ storedPerSecond }) => storedPerSecond),
    dead_lettered_per_second: column(({ deadLetteredPerSecond }) => deadLetteredPerSecond),
    waiting: column(({ waiting }) => waiting),
    oldest_age_seconds: column(({ oldestAgeSeconds }) => oldestAgeSeconds),
    dead_letters: column(({ deadLetters }) => deadLetters),
  };
}

/** Rounded to a thousandth: an hour of figures is sent in one answer. */
function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1000) / 1000;
}

/** Reads the parameters of `GET /status/history`. @throws ProblemError `invalid-parameter` */
export function historySince({ since, ...rest }: Readonly<Record<string, unknown>>): number | undefined {
  const errors: ProblemEntry[] = Object.keys(rest).map((name) => ({
    pointer: `?${name}`,
    code: 'unknown-parameter',
    detail: 'This parameter is not known; leave it out.',
  }));
  const sinceMs = typeof since === 'string' ? parseTimestamp(since) : undefined;
  if (since !== undefined && sinceMs === undefined) {
    const detail = 'since is one instant with a time zone, for example 2025-09-09T17:00:00Z.';
    errors.push({ pointer: '?since', code: 'value', detail });
  }
  if (errors.length > 0) throw invalidParameter(errors);
  return sinceMs;
}
