import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { stringifyExact } from '@sluice/contracts';
import type { ReceivedEvent } from '@sluice/batch-transport/reader';

// A file holds what one partition brought in one hour, as `2025-09-09T17.p3.ndjson`; a line holds an event and its offset.
const FILE_NAME = /\.p(\d+)\.ndjson$/;
/** More than any line has: a payload is at most 256 KiB. */
const TAIL_BYTES = 1024 * 1024;

const fileOf = ({ event, record }: ReceivedEvent) => `${event.received_at.slice(0, 13)}.p${record.partition}.ndjson`;
const lineOf = ({ event, record }: ReceivedEvent) => `${stringifyExact({ offset: record.offset, ...event })}\n`;

/**
 * Appends the events, each file on the disk before the next one is begun. So of every partition the files hold all events up to
 * some offset, wherever a crash interrupts this.
 */
export async function appendEvents(directory: string, events: readonly ReceivedEvent[]): Promise<void> {
  for (let from = 0, to = 0; from < events.length; from = to) {
    const name = fileOf(events[from]!);
    while (to < events.length && fileOf(events[to]!) === name) to++;
    const lines = events.slice(from, to).map(lineOf);
    const file = await open(join(directory, name), 'a');
    await file.appendFile(lines.join(''));
    await file.sync();
    await file.close();
  }
}

/** For each partition, the offset behind the last event in its files. Cuts off the part of a line that a crash has left. */
export async function positionsIn(directory: string): Promise<Map<number, number>> {
  const positions = new Map<number, number>();
  for (const name of await readdir(directory)) {
    const partition = Number(FILE_NAME.exec(name)?.[1] ?? NaN);
    if (Number.isNaN(partition)) continue;
    const position = await positionBehind(join(directory, name));
    positions.set(partition, Math.max(position, positions.get(partition) ?? 0));
  }
  return positions;
}

async function positionBehind(path: string): Promise<number> {
  const file = await open(path, 'r+');
  const { size } = await file.stat();
  const from = Math.max(0, size - TAIL_BYTES);
  const tail = Buffer.alloc(size - from);
  if (tail.length > 0) await file.read(tail, 0, tail.length, from);
  const end = tail.lastIndexOf('\n') + 1;
  await file.truncate(from + end);
  await file.close();
  if (end === 0) return 0;
  const lastLine = tail.toString('utf8', tail.lastIndexOf('\n', end - 2) + 1, end);
  return (JSON.parse(lastLine) as { offset: number }).offset + 1;
}
