import { createHash, hash } from 'node:crypto';
import { recordKey, type StoredRecord, stringifyExact } from '@sluice/contracts';
import type { EventLog } from '@sluice/event-log';
import type { RecordCursor, RecordStore } from '@sluice/record-store';
import type { Move } from './move-data.js';

/** One kind of data on both sides: how much there is, and a hash of all of it. */
export interface Proof {
  what: 'records' | 'tokens' | 'dead letters';
  source: { count: number; sha256: string };
  target: { count: number; sha256: string };
}

/** Reads both sides again, to their ends. */
export async function proveMove(move: Move): Promise<Proof[]> {
  return [await proveRecords(move), await proveTokens(move), await proveLetters(move)];
}

export function isProven({ source, target }: Proof): boolean {
  return source.count === target.count && source.sha256 === target.sha256;
}

/** Both sides have the same order. What the target has besides, such as records that arrived since, is passed over. */
async function proveRecords({ from, to }: Move): Promise<Proof> {
  const [source, target] = [new Sum(), new Sum()];
  const there = recordsOf(to.store);
  let other = await there.next();
  for await (const record of recordsOf(from.store)) {
    source.add(record);
    while (!other.done && inOrder(other.value, record) < 0) other = await there.next();
    if (other.done || inOrder(other.value, record) !== 0) continue;
    target.add(other.value);
    other = await there.next();
  }
  return { what: 'records', source: source.result(), target: target.result() };
}

async function* recordsOf(store: RecordStore): AsyncGenerator<StoredRecord, undefined> {
  for (let after: RecordCursor | undefined; ;) {
    const page = await store.reader.page({}, 1000, after, 4 * 1024 * 1024);
    yield* page.records;
    if (page.next === undefined) return undefined;
    after = page.next;
  }
}

/** As pages are ordered: newest `timestamp` first, then by key. */
function inOrder(a: StoredRecord, b: StoredRecord): number {
  const [first, second] = [recordKey(a.device_id, a.record_id), recordKey(b.device_id, b.record_id)];
  return Date.parse(b.timestamp) - Date.parse(a.timestamp) || (first === second ? 0 : first < second ? -1 : 1);
}

class Sum {
  private count = 0;
  private readonly hash = createHash('sha256');

  add({ device_id, record_id, received_at, stored_at, data_payload, ...times }: StoredRecord): void {
    const { timestamp, timestamp_sent = null, timestamp_source = null } = times;
    const fields = [device_id, record_id, timestamp, timestamp_sent, timestamp_source, received_at, stored_at];
    this.count++;
    this.hash.update(`${stringifyExact([...fields, data_payload])}\n`);
  }

  result(): Proof['source'] {
    return { count: this.count, sha256: this.hash.digest('hex') };
  }
}

async function proveTokens({ from, to }: Move): Promise<Proof> {
  const source = await from.tokens.list();
  const ids = new Set(source.map(({ id }) => id));
  const target = (await to.tokens.list()).filter(({ id }) => ids.has(id));
  const sum = (tokens: typeof source) => ({ count: tokens.length, sha256: hash('sha256', JSON.stringify(tokens)) });
  return { what: 'tokens', source: sum(source), target: sum(target) };
}

/** A letter that a repeated step has published twice counts once. */
async function proveLetters({ from, to }: Move): Promise<Proof> {
  const source = await letterHashes(from.log);
  const there = await letterHashes(to.log);
  const target = new Set([...source].filter((letter) => there.has(letter)));
  const sum = (hashes: ReadonlySet<string>) => ({
    count: hashes.size,
    sha256: hash('sha256', [...hashes].toSorted().join('\n')),
  });
  return { what: 'dead letters', source: sum(source), target: sum(target) };
}

async function letterHashes(log: EventLog): Promise<Set<string>> {
  const { storeGroup, deadLetters } = log.names;
  const inspector = log.inspect({ group: storeGroup, topic: deadLetters });
  const hashes = new Set<string>();
  for (const { partition, low, high } of await inspector.positions()) {
    for (let next = low; next < high;) {
      const records = await inspector.peek({ partition, fromOffset: next, toOffset: high, maxRecords: 200 });
      for (const { key, value, headers } of records) {
        const parts = [
          key?.toString('base64') ?? null,
          value?.toString('base64') ?? null,
          Object.entries(headers).sort(),
        ];
        hashes.add(hash('sha256', JSON.stringify(parts)));
      }
      next = (records.at(-1)?.offset ?? high - 1) + 1;
    }
  }
  return hashes;
}
