import type { JSX } from 'preact';
import { age, count, time } from '../base/format.js';
import { reasonText, runbookOf } from '../base/headline.js';
import { useResource } from '../base/resource.js';
import { linkTo } from '../base/router.js';
import type { Part, PartState, RecentRecord, Status, Worker } from '../base/types.js';
import { Badge, Card, Empty, RunbookLink } from './ui.jsx';

const STATES: Readonly<Record<PartState, { tone: string; text: string }>> = {
  up: { tone: 'good', text: 'answers' },
  paused: { tone: 'warn', text: 'paused' },
  down: { tone: 'bad', text: 'does not answer' },
  unknown: { tone: 'unknown', text: 'not known' },
};

const READY_EVERY_MS = 5_000;

interface Endpoints {
  endpoints: readonly { url: string; draining: boolean }[];
}

/** Gateways, event log, workers, record store: whether each of them answers, and which worker reads which partition. */
export function PartsCard({ now }: { now: Status | undefined }): JSX.Element {
  const unknown: Part = { state: 'unknown', reason: null };
  const { event_log, buffer_worker, record_store } = now?.parts ?? {
    ...{ event_log: unknown, buffer_worker: unknown, record_store: unknown },
  };
  return (
    <Card title="Parts">
      <ul class="parts">
        <Gateway />
        <PartRow id="event_log" name="Event log" part={event_log} runbook="engine-down" />
        <PartRow id="buffer_worker" name="Buffer worker" part={buffer_worker} runbook={runbookOf(buffer_worker.reason)}>
          <Workers workers={now?.workers ?? null} partitions={now?.buffer?.partition_count} />
        </PartRow>
        <PartRow id="record_store" name="Record store" part={record_store} runbook="engine-down" />
      </ul>
    </Card>
  );
}

interface PartRowProps {
  id: string;
  name: string;
  part: Part;
  runbook: string;
  children?: JSX.Element;
}

function PartRow({ id, name, part, runbook, children }: PartRowProps): JSX.Element {
  const { tone, text } = STATES[part.state];
  return (
    <li id={`part-${id}`}>
      <div class="part">
        <b>{name}</b>
        <Badge tone={tone}>{part.reason === null ? text : reasonText(part.reason)}</Badge>
        {(part.state === 'down' || part.state === 'paused') && <RunbookLink name={runbook}>What to do</RunbookLink>}
      </div>
      {children}
    </li>
  );
}

/** The gateway at this address reports whether it is ready; the directory for devices lists the others. */
function Gateway(): JSX.Element {
  const ready = useResource<unknown>('health/ready', READY_EVERY_MS);
  const directory = useResource<Endpoints>('endpoints?device_id=console', 12 * READY_EVERY_MS);
  const state: PartState = ready.value !== undefined ? 'up' : ready.error !== undefined ? 'down' : 'unknown';
  const others = directory.value?.endpoints ?? [];
  return (
    <PartRow id="gateway" name="Gateway" part={{ state, reason: null }} runbook="app-down">
      <ul class="members">
        {others.map(({ url, draining }) => (
          <li key={url}>
            <code>{url}</code> {draining && <Badge tone="warn">drains</Badge>}
          </li>
        ))}
      </ul>
    </PartRow>
  );
}

function Workers({ workers, partitions }: { workers: readonly Worker[] | null; partitions?: number | undefined }) {
  return (
    <ul class="members" aria-label="Members of the consumer group">
      {(workers ?? []).map(({ client_id, host, partitions: owned }, index) => (
        <li key={`${host}/${client_id}/${index}`}>
          <code>{client_id}</code> {host !== null && <span class="soft">{host}</span>}{' '}
          <span class="soft">{owned.length === 0 ? 'has no partition' : `reads ${rangesOf(owned, partitions)}`}</span>
        </li>
      ))}
    </ul>
  );
}

/** `partitions 0–3, 7`. */
function rangesOf(numbers: readonly number[], all: number | undefined): string {
  if (numbers.length === all) return all === 1 ? 'its only partition' : `all ${all} partitions`;
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  const shown = ranges.map(([from, to]) => (from === to ? String(from) : `${from}–${to}`));
  return `partition${numbers.length === 1 ? '' : 's'} ${shown.join(', ')}`;
}

/** The lag of each partition, and the member that reads it. */
export function PartitionsCard({ now }: { now: Status | undefined }): JSX.Element {
  const partitions = now?.buffer?.partitions ?? [];
  const most = Math.max(1, ...partitions.map(({ lag }) => lag));
  return (
    <Card title="Buffer by partition" note="Accepted and not stored yet.">
      {partitions.length === 0 && <Empty>Not known while the event log does not answer.</Empty>}
      <ul class="bars">
        {partitions.map(({ partition, lag, oldest_age_seconds: oldest }) => (
          <li key={partition}>
            <b>{partition}</b>
            <Bar share={lag / most} value={lag} label={`waiting in partition ${partition}`} />
            <span>{count(lag)}</span>
            <span class="soft">{lag === 0 ? '' : age(oldest)}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Bar({ share, value, label }: { share: number; value: number; label: string }): JSX.Element {
  return (
    <div class="bar" role="meter" aria-label={label} aria-valuemin={0} aria-valuenow={value}>
      <i style={{ width: `${share * 100}%` }} />
    </div>
  );
}

const RECORD_STATES: Readonly<Record<string, { tone: string; text: string }>> = {
  waiting: { tone: 'warn', text: 'waiting' },
  buffered: { tone: 'warn', text: 'buffered' },
  stored: { tone: 'good', text: 'stored' },
  dead_lettered: { tone: 'bad', text: 'dead-lettered' },
  settled: { tone: 'unknown', text: 'settled' },
};

/** The newest records of the event log, with their states. */
export function RecentCard({ now }: { now: Status | undefined }): JSX.Element {
  const recent = now?.recent;
  return (
    <Card
      title="Newest records"
      note="Settled: stored or dead-lettered; it is not known yet which."
      actions={<a href={linkTo(['live'])}>Follow live</a>}
      class="recent"
    >
      {recent == null && <Empty>Not known yet.</Empty>}
      {recent?.length === 0 && <Empty>No record yet: send one.</Empty>}
      <ul class="records" id="recent">
        {(recent ?? []).map((record, index) => (
          <RecentRow key={`${record.received_at}/${record.record_id}/${index}`} record={record} />
        ))}
      </ul>
    </Card>
  );
}

function RecentRow({ record }: { record: RecentRecord }): JSX.Element {
  const { tone, text } = RECORD_STATES[record.state] ?? { tone: 'unknown', text: record.state };
  const { device_id: device, record_id: id } = record;
  return (
    <li>
      <time dateTime={record.received_at}>{time(record.received_at)}</time>
      <Badge tone={tone}>{text}</Badge>
      {device === null ? (
        <span>unreadable</span>
      ) : (
        <a href={linkTo(['records'], { device_id: device, record_id: id ?? undefined })}>{device}</a>
      )}
      <code>{record.preview}</code>
    </li>
  );
}
