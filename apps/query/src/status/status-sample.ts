import type { BufferState } from '@sluice/contracts/dto';
import type { GroupAssignment, LogNames, PartitionPosition } from '@sluice/event-log';
import type { DeadLetters } from './dead-letter-tally.js';
import type { Rates } from './rate-meter.js';
import type { RecentRecord } from './recent-records.js';

/** Most partitions that are shown one by one; of more, those with the most buffered records. */
const SHOWN_PARTITIONS = 64;

type PartState = 'up' | 'paused' | 'down' | 'unknown';

interface Part {
  state: PartState;
  reason: string | null;
}

export interface WorkerReading {
  state: BufferState;
  reason: string | null;
  members: readonly GroupAssignment[];
}

export interface DeadLetterReading {
  counts: DeadLetters;
  isDead: (partition: number, offset: number) => boolean;
  /** Committed offsets up to which every dead letter is known; empty if there are newer letters than were read. */
  checkedUpTo: readonly PartitionPosition[];
}

/** The readings of one sample; `undefined` if one was not ready in time. */
export interface Readings {
  nowMs: number;
  positions: readonly PartitionPosition[] | undefined;
  rates: Rates | undefined;
  /** By partition: when its oldest buffered record was appended. */
  headsMs: ReadonlyMap<number, number> | undefined;
  worker: WorkerReading | undefined;
  recent: readonly RecentRecord[] | undefined;
  deadLetters: DeadLetterReading | undefined;
  /** Dead letters that were neither redriven nor discarded. */
  undecided: number | undefined;
  isStoreUp: boolean;
  /** The names of the topics and the group. */
  names: LogNames;
}

/** One sample as `GET /status` answers it: whole numbers of records, seconds, and `null` for unknown values. */
export function toStatusSample(readings: Readings): object {
  const { nowMs, rates, deadLetters, undecided } = readings;
  return {
    at: new Date(nowMs).toISOString(),
    rates: rates === undefined ? null : { in_per_second: rates.in, out_per_second: rates.out },
    buffer: bufferOf(readings),
    recent: recentOf(readings),
    dead_letters: deadLetters === undefined ? null : { ...deadLetters.counts, undecided: undecided ?? null },
    parts: partsOf(readings),
    workers: readings.worker?.members.map(({ clientId, ...member }) => ({ client_id: clientId, ...member })) ?? null,
    names: namesOf(readings.names),
  };
}

function namesOf({ events, deadLetters, storeGroup }: LogNames): object {
  return { events, dead_letters: deadLetters, store_group: storeGroup };
}

function bufferOf({ positions, headsMs, nowMs, worker }: Readings): object | null {
  if (positions === undefined) return null;
  const ageOf = (headMs: number | undefined) => (headMs === undefined ? null : Math.max(0, nowMs - headMs) / 1000);
  const heads = headsMs === undefined ? [] : [...headsMs.values()];
  return {
    waiting: positions.reduce((total, position) => total + lagOf(position), 0),
    oldest_age_seconds: ageOf(heads.length === 0 ? undefined : Math.min(...heads)),
    state: worker?.state ?? null,
    reason: worker?.reason ?? null,
    partition_count: positions.length,
    partitions: mostBehind(positions).map((position) => ({
      partition: position.partition,
      lag: lagOf(position),
      oldest_age_seconds: ageOf(headsMs?.get(position.partition)),
    })),
  };
}

function mostBehind(positions: readonly PartitionPosition[]): PartitionPosition[] {
  return [...positions]
    .sort((a, b) => lagOf(b) - lagOf(a) || a.partition - b.partition)
    .slice(0, SHOWN_PARTITIONS)
    .sort((a, b) => a.partition - b.partition);
}

function lagOf({ committed, high }: PartitionPosition): number {
  return high - committed;
}

function recentOf(readings: Readings): object | null {
  const { recent, positions } = readings;
  if (recent === undefined || positions === undefined) return null;
  const stateOf = recordStates(positions, readings.deadLetters);
  return recent.map((record) => ({
    received_at: new Date(record.atMs).toISOString(),
    device_id: record.deviceId,
    record_id: record.recordId,
    preview: record.preview,
    state: stateOf(record),
  }));
}

/** `settled`: the worker has committed the record, and it is unknown whether it was stored or dead-lettered. */
type RecordState = 'waiting' | 'stored' | 'dead_lettered' | 'settled';

function recordStates(
  positions: readonly PartitionPosition[],
  deadLetters: DeadLetterReading | undefined,
): (record: RecentRecord) => RecordState {
  const committed = committedOffsets(positions);
  const checked = committedOffsets(deadLetters?.checkedUpTo ?? []);
  return ({ partition, offset }) => {
    if (offset >= (committed.get(partition) ?? 0)) return 'waiting';
    if (deadLetters?.isDead(partition, offset)) return 'dead_lettered';
    return offset < (checked.get(partition) ?? 0) ? 'stored' : 'settled';
  };
}

function committedOffsets(positions: readonly PartitionPosition[]): ReadonlyMap<number, number> {
  return new Map(positions.map(({ partition, committed }) => [partition, committed]));
}

function partsOf({ positions, worker, isStoreUp }: Readings): Record<string, Part> {
  return {
    event_log: { state: positions === undefined ? 'down' : 'up', reason: null },
    buffer_worker: workerPart(worker),
    record_store: { state: isStoreUp ? 'up' : 'down', reason: null },
  };
}

function workerPart(worker: WorkerReading | undefined): Part {
  if (worker === undefined) return { state: 'unknown', reason: null };
  if (worker.members.length === 0) return { state: 'down', reason: 'no_worker' };
  return worker.state === 'paused' ? { state: 'paused', reason: worker.reason } : { state: 'up', reason: null };
}
