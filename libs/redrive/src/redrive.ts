import type { Edit } from './json-patch.js';
import type { OffsetRange } from './letter-scan.js';

/**
 * `running` -> `paused` -> `running`; from both to `cancelled`; from `running` to `done` or `failed`. The last three are final. A
 * redrive that is done is looked at for a while longer: what became of its events is its `verdict`.
 */
export type RedriveState = 'running' | 'paused' | 'done' | 'failed' | 'cancelled';

/** Why a redrive that is running makes no progress just now. */
type WaitReason = 'buffer_lag' | 'event_log' | 'record_store';

/** One redrive, as it is kept and, but for its lease, as it is answered. Instants are RFC 3339 in UTC. */
export interface Redrive {
  id: string;
  state: RedriveState;
  plan_hash: string;
  /** Who has started it. */
  actor: string;
  filter: object;
  edit: readonly Edit[];
  /** Letters a second. */
  rate: number;
  limit: number | null;
  /** Frozen when it was planned. */
  ranges: OffsetRange[];
  /** For each range, the offset that is read next. */
  next: number[];
  counts: {
    read: number;
    matched: number;
    published: number;
    /** With a disposition already. */
    skipped: number;
    /** The current checks say that they would come back. */
    refused: number;
    /** Removed from the topic before they could be read. */
    gone: number;
  };
  refused_by_reason: Record<string, number>;
  waiting_for: WaitReason | null;
  created_at: string;
  last_progress_at: string;
  ended_at: string | null;
  /** Why it has failed. */
  error: string | null;
  /** What became of the events: stored, dead-lettered again, or not yet handled. Known after the end. */
  verdict: { complete: boolean; stored: number; came_back: number; waiting: number } | null;
  lease: { owner: string; until_ms: number } | null;
}

export function isActive({ state }: Pick<Redrive, 'state'>): boolean {
  return state === 'running' || state === 'paused';
}
