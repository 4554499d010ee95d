import type { StoredRecord } from '@sluice/contracts';
import type { EventLog, LogRecord } from '@sluice/event-log';
import { DOCUMENT_COLLECTIONS, type RecordStore, type TokenStore } from '@sluice/record-store';
import { type Disposition, Dispositions } from '@sluice/redrive';
import type { MoveProgress } from './move-progress.js';

const PAGE_RECORDS = 1000;
const PAGE_BYTES = 4 * 1024 * 1024;
const STEP_ENTRIES = 200;
const PARALLEL_WRITES = 8;

/** The engines of one side of a move. */
export interface Side {
  log: EventLog;
  store: RecordStore;
  tokens: TokenStore;
}

export interface Move {
  from: Side;
  to: Side;
  progress: MoveProgress;
  signal: AbortSignal;
  /** Called now and then with what is done. */
  onProgress: (what: string) => void;
}

/** Writes every record with its own `received_at` and `stored_at`. @throws Error if the target has another record under a key */
export async function moveRecords({ from, to, progress, signal, onProgress }: Move): Promise<void> {
  let moved = 0;
  let after = progress.progress.records ?? undefined;
  while (!progress.progress.recordsAreDone) {
    signal.throwIfAborted();
    const page = await from.store.reader.page({}, PAGE_RECORDS, after, PAGE_BYTES);
    await write(to.store, page.records);
    after = page.next;
    moved += page.records.length;
    await progress.save({ records: after ?? null, recordsAreDone: after === undefined });
    onProgress(`${moved} records`);
  }
}

/** A batch of the worker has one `stored_at`, so records of one are written together. */
async function write(store: RecordStore, records: readonly StoredRecord[]): Promise<void> {
  const batches = [...Map.groupBy(records, ({ stored_at }) => stored_at)];
  while (batches.length > 0) {
    await Promise.all(
      batches.splice(0, PARALLEL_WRITES).map(([storedAt, batch]) => writeBatch(store, batch, storedAt)),
    );
  }
}

/** Their offsets are not valid in another log. */
const NOWHERE = { partition: -1, offset: -1 };

async function writeBatch(store: RecordStore, records: readonly StoredRecord[], storedAt: string): Promise<void> {
  const written = records.map(({ stored_at, ...event }) => (void stored_at, { event, source: NOWHERE }));
  const outcomes = await store.writer.write(written, Date.parse(storedAt));
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.status === 'stored' || outcome.status === 'already-stored') continue;
    const { device_id, record_id } = records[index]!;
    throw new Error(`the record ${device_id}/${record_id} cannot be written: ${outcome.detail}`);
  }
}

/** Publishes what was accepted and is not stored yet; the worker of the target stores it. */
export async function moveWaiting(move: Move): Promise<number> {
  const { storeGroup, events } = move.from.log.names;
  const inspector = move.from.log.inspect({ group: storeGroup, topic: events });
  let moved = 0;
  for (const { partition, committed, high } of await inspector.positions()) {
    for (let next = move.progress.progress.events[partition] ?? committed; next < high;) {
      move.signal.throwIfAborted();
      const records = await inspector.peek({ partition, fromOffset: next, toOffset: high, maxRecords: STEP_ENTRIES });
      await publish(move, move.to.log.names.events, records, Date.now());
      moved += records.length;
      next = (records.at(-1)?.offset ?? high - 1) + 1;
      await move.progress.save({ events: { ...move.progress.progress.events, [partition]: next } });
    }
  }
  return moved;
}

/** Publishes the dead letters with their headers, and moves their dispositions. */
export async function moveLetters(move: Move): Promise<number> {
  const { storeGroup, deadLetters } = move.from.log.names;
  const inspector = move.from.log.inspect({ group: storeGroup, topic: deadLetters });
  const decisions = new Dispositions(move.from.store.documents);
  let moved = 0;
  for (const { partition, low, high } of await inspector.positions()) {
    for (let next = move.progress.progress.letters[partition] ?? low; next < high;) {
      move.signal.throwIfAborted();
      const records = await inspector.peek({ partition, fromOffset: next, toOffset: high, maxRecords: STEP_ENTRIES });
      const end = (records.at(-1)?.offset ?? high - 1) + 1;
      const places = await publish(move, move.to.log.names.deadLetters, records);
      await moveDecisions(move, records, places, decisions.inOrder(partition));
      moved += records.length;
      next = end;
      await move.progress.save({ letters: { ...move.progress.progress.letters, [partition]: next } });
      move.onProgress(`${moved} dead letters`);
    }
  }
  return moved;
}

interface Place {
  partition: number;
  offset: number;
}

async function moveDecisions(
  { to }: Move,
  records: readonly LogRecord[],
  places: readonly Place[],
  dispositionAt: (offset: number) => Promise<Disposition | undefined>,
): Promise<void> {
  const moved: { place: Place; disposition: Disposition }[] = [];
  for (const [index, { offset }] of records.entries()) {
    const disposition = await dispositionAt(offset);
    if (disposition !== undefined) moved.push({ place: places[index]!, disposition });
  }
  await new Dispositions(to.store.documents).add(moved);
}

/** @throws Error if the target has not confirmed an entry */
async function publish(
  { to }: Move,
  topic: string,
  records: readonly LogRecord[],
  timestampMs?: number,
): Promise<Place[]> {
  if (records.length === 0) return [];
  const entries = records.map(({ key, value, headers, timestampMs: own }) => ({
    ...{ key, value, headers },
    timestampMs: timestampMs ?? own,
  }));
  const outcomes = await to.log.publisher.publish(topic, entries);
  return outcomes.map((outcome) => {
    if (!outcome.written) throw new Error(`the event log has not confirmed an entry (${outcome.reason})`);
    return { partition: outcome.partition, offset: outcome.offset };
  });
}

/** Tokens keep their ids, secrets and versions. @throws Error if the target has another token under an id */
export async function moveTokens({ from, to }: Move): Promise<number> {
  const there = new Map((await to.tokens.list()).map((token) => [token.id, token.version]));
  const tokens = await from.tokens.list();
  for (const token of tokens) {
    for (let version = (there.get(token.id) ?? 0) + 1; version <= token.version; version++) {
      if (await to.tokens.put({ ...token, version })) continue;
      throw new Error(`the token ${token.id} is being changed in the target; run it again`);
    }
  }
  return tokens.length;
}

/** What operators did; decisions about letters moved with the letters. */
export async function moveDocuments({ from, to, signal }: Move): Promise<void> {
  for (const collection of DOCUMENT_COLLECTIONS.filter((name) => name === 'audit' || name === 'redrives')) {
    let next = '';
    for (;;) {
      signal.throwIfAborted();
      const page = await from.store.documents.list(collection, { from: next }, PAGE_RECORDS);
      // The redrives of the old log are history: which one is the latest is for the new one to say.
      await to.store.documents.add(
        collection,
        page.filter(({ id }) => id !== 'latest'),
      );
      if (page.length < PAGE_RECORDS) break;
      next = `${page.at(-1)!.id}\0`;
    }
  }
}
