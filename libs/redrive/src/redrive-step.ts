import { hash } from 'node:crypto';
import type { Clock } from '@sluice/async';
import type { BufferInspector, EventPublisher, LogEntry } from '@sluice/event-log';
import type { RecordReader } from '@sluice/record-store';
import { checkLetter, type LetterCheck } from './check-letter.js';
import { contentHashOf } from './content-hash.js';
import type { Disposition, Dispositions } from './dispositions.js';
import { eventOf, type RedrivenEvent } from './event-of-letter.js';
import type { DeadLetter } from './letter.js';
import { type LetterFilter, matches } from './letter-filter.js';
import { LetterBudget, readLetters } from './letter-scan.js';
import { parseFilter } from './parse-filter.js';
import type { Redrive } from './redrive.js';

/** Most letters that one step reads: at most so many are published again after a crash. */
export const STEP_LETTERS = 100;

export interface StepParts {
  inspector: BufferInspector;
  publisher: EventPublisher;
  /** Where events are published, as the event log names it. */
  eventsTopic: string;
  reader: Pick<RecordReader, 'find'>;
  dispositions: Dispositions;
  clock: Clock;
}

/** What one step has done, to be added to the redrive. */
export interface StepResult {
  /** Index of the range that was read. */
  range: number;
  /** Offset that is read next in it. */
  next: number;
  counts: Redrive['counts'];
  refused: Record<string, number>;
}

/** A letter that is to be published, and its event. */
interface Outgoing {
  letter: DeadLetter;
  entry: LogEntry & RedrivenEvent;
  ids: { device_id: string; record_id: string; content_sha256: string };
}

/**
 * Reads some letters of the first range that is not read to its end, and publishes those that the checks let pass. It resolves when
 * what it publishes is durable and each of these letters has its disposition: only then may the caller advance.
 *
 * @param maxLetters 1..{@link STEP_LETTERS}: the rate may allow fewer
 * @returns `undefined` if every range is read, or as many letters are taken as the limit allows
 * @throws EventLogError, RecordStoreError `unavailable`: nothing may be advanced, and the step is made again
 */
export async function makeStep(
  redrive: Redrive,
  maxLetters: number,
  parts: StepParts,
): Promise<StepResult | undefined> {
  const range = redrive.ranges.findIndex(({ to }, index) => redrive.next[index]! < to);
  if (range === -1 || isFull(redrive, 0)) return undefined;
  const { partition, to } = redrive.ranges[range]!;
  const from = redrive.next[range]!;
  const letters = await lettersOf({ partition, from, to }, maxLetters, parts);
  const end = letters.length === 0 ? to : letters.at(-1)!.offset + 1;
  const result: StepResult = { range, next: end, counts: noCounts(), refused: {} };
  result.counts.gone = end - from - letters.length;
  const dispositionAt = parts.dispositions.inOrder(partition);
  const filter = parseFilter(redrive.filter) as LetterFilter;
  const candidates: DeadLetter[] = [];
  for (const letter of letters) {
    if (isFull(redrive, result.counts.matched)) {
      result.next = letter.offset;
      break;
    }
    result.counts.read++;
    if (!matches(filter, letter)) continue;
    if (isCandidate(redrive, await dispositionAt(letter.offset), result.counts)) candidates.push(letter);
  }
  const checked = await Promise.all(candidates.map((letter) => check(redrive, letter, result, parts)));
  await publish(
    redrive,
    checked.filter((out) => out !== undefined),
    parts,
  );
  return result;
}

function noCounts(): Redrive['counts'] {
  return { read: 0, matched: 0, published: 0, skipped: 0, refused: 0, gone: 0 };
}

function isFull({ limit, counts }: Redrive, matched: number): boolean {
  return limit !== null && counts.matched + matched >= limit;
}

async function lettersOf(
  range: { partition: number; from: number; to: number },
  maxLetters: number,
  { inspector, clock }: StepParts,
): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  for await (const letter of readLetters({ inspector }, range, new LetterBudget(clock, maxLetters)))
    letters.push(letter);
  return letters;
}

/** Counts a letter by what was decided about it. @returns whether it is to be checked and published */
function isCandidate({ id }: Redrive, decided: Disposition | undefined, counts: Redrive['counts']): boolean {
  // A step that was made again after a crash: it is published already.
  const isOurs = decided?.kind === 'redriven' && decided.redrive_id === id;
  if (decided === undefined || isOurs) counts.matched++;
  else counts.skipped++;
  if (isOurs) counts.published++;
  return decided === undefined;
}

/** @returns the letter and its event if it is to be published; else it is counted as refused */
async function check(
  redrive: Redrive,
  letter: DeadLetter,
  { counts, refused }: StepResult,
  { reader, clock }: StepParts,
): Promise<Outgoing | undefined> {
  const event = eventOf(letter, redrive.edit, redrive.id);
  const checked = await checkLetter(letter, event, reader);
  if (!checked.passes) {
    counts.refused++;
    refused[checked.reason] = (refused[checked.reason] ?? 0) + 1;
    return undefined;
  }
  counts.published++;
  return { letter, ids: idsOf(checked), entry: entryOf(event as RedrivenEvent, checked, clock.now()) };
}

type Passed = Extract<LetterCheck, { passes: true }>;

function idsOf({ event }: Passed): Outgoing['ids'] {
  const { device_id, record_id } = event;
  return { device_id, record_id, content_sha256: contentHashOf(event) };
}

/** Stamped with our own clock: an old time stamp would let the retention of the topic remove it at once. */
function entryOf(event: RedrivenEvent, { event: { device_id } }: Passed, timestampMs: number): Outgoing['entry'] {
  return { ...event, key: Buffer.from(device_id, 'utf8'), timestampMs };
}

/** @throws UnpublishedError if an event was not confirmed */
async function publish(redrive: Redrive, outgoing: readonly Outgoing[], parts: StepParts): Promise<void> {
  if (outgoing.length === 0) return;
  const outcomes = await parts.publisher.publish(
    parts.eventsTopic,
    outgoing.map(({ entry }) => entry),
  );
  const decided = outgoing.flatMap(({ letter, entry, ids }, index) => {
    const outcome = outcomes[index];
    if (!outcome?.written) return [];
    const { partition, offset } = outcome;
    const hashes = { original_sha256: sha256(letter.record.value), event_sha256: sha256(entry.value) };
    const by = { at: parts.clock.nowText(), by: redrive.actor };
    const disposition: Disposition = {
      kind: 'redriven',
      redrive_id: redrive.id,
      ...{ ...ids, event: { partition, offset }, ...hashes, ...by },
    };
    return [{ place: { partition: letter.partition, offset: letter.offset }, disposition }];
  });
  await parts.dispositions.add(decided);
  const unwritten = outcomes.find((outcome) => !outcome.written);
  if (unwritten !== undefined && !unwritten.written) throw new UnpublishedError(unwritten.reason);
}

/** The event log has not confirmed an event. */
export class UnpublishedError extends Error {
  override readonly name = 'UnpublishedError';
}

function sha256(value: Buffer | null): string {
  return hash('sha256', value ?? Buffer.alloc(0));
}
