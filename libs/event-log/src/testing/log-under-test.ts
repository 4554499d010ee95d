import { randomUUID } from 'node:crypto';
import type { EventLog, EventSubscription, LogEntry, LogRecord, PublishOutcome } from '../event-log.js';

/** How long a condition may take before the test continues, and fails on what it finds. Generous: a rebalance takes seconds. */
const CONDITION_TIMEOUT_MS = 30_000;

/** The event log of a suite, and what a test opens on it. Every topic and group has a unique name. */
export class LogUnderTest {
  private opened: EventLog | undefined;
  private readonly subscriptions: EventSubscription[] = [];

  constructor(private readonly openLog: () => Promise<EventLog>) {}

  get log(): EventLog {
    if (this.opened === undefined) throw new Error('The log is opened before the first test.');
    return this.opened;
  }

  async open(): Promise<void> {
    this.opened = await this.openLog();
  }

  async close(): Promise<void> {
    await this.opened?.close();
  }

  async newTopic(partitions = 3): Promise<string> {
    const name = uniqueName('contract');
    await this.log.createTopics([{ name, partitions }]);
    return name;
  }

  subscribe(topic: string, group: string): EventSubscription {
    const subscription = this.log.subscribe({ group, topics: [topic] });
    this.subscriptions.push(subscription);
    return subscription;
  }

  async closeSubscriptions(): Promise<void> {
    await Promise.all(this.subscriptions.splice(0).map((subscription) => subscription.close()));
  }

  /** Publishes entries that have to be written. */
  async publish(topic: string, entries: readonly LogEntry[]): Promise<WrittenOutcome[]> {
    return written(await this.log.publisher.publish(topic, entries));
  }
}

export type WrittenOutcome = Extract<PublishOutcome, { written: true }>;

function written(outcomes: readonly PublishOutcome[]): WrittenOutcome[] {
  return outcomes.map((outcome) => {
    if (!outcome.written) throw new Error(`An entry was not written: ${outcome.reason}`);
    return outcome;
  });
}

export function uniqueName(prefix: string): string {
  return `${prefix}-${randomUUID()}`;
}

/** An entry with text for key and value; a group of tests says only what it is about. */
export function entryOf(key: string | null, value: string, more: Partial<LogEntry> = {}): LogEntry {
  const keyBytes = key === null ? null : Buffer.from(key);
  return { key: keyBytes, value: Buffer.from(value), headers: {}, timestampMs: Date.now(), ...more };
}

/** Entries with the values `0`, `1`, ... over a handful of keys, so that they reach all of a few partitions. */
export function manyEntries(count: number, keys = 16): LogEntry[] {
  return Array.from({ length: count }, (_, index) => entryOf(`device-${index % keys}`, String(index)));
}

/** Pulls until this many records have come, or until the test should fail with those that came. */
export async function pullRecords(subscription: EventSubscription, count: number): Promise<LogRecord[]> {
  const signal = AbortSignal.timeout(CONDITION_TIMEOUT_MS);
  const records: LogRecord[] = [];
  while (records.length < count && !signal.aborted) {
    const maxRecords = count - records.length;
    records.push(...(await subscription.pull({ maxRecords, maxWaitMs: 1000, signal })));
  }
  return records;
}

/** Of suites that wait for a group to settle. */
export const GROUP_PATIENCE = { tries: CONDITION_TIMEOUT_MS / 10, everyMs: 10, errorsFail: true };

export function valuesOf(records: readonly LogRecord[]): string[] {
  return records.map(({ value }) => String(value));
}

/** The values in the order of their numbers: for records of several partitions, which come in any order. */
export function sortedValuesOf(records: readonly LogRecord[]): string[] {
  return valuesOf(records).sort((a, b) => Number(a) - Number(b));
}

/** `partition/offset` of each place, to compare and to find doubles. */
export function placesOf(places: readonly { partition: number; offset: number }[]): string[] {
  return places.map(({ partition, offset }) => `${partition}/${offset}`);
}

export function offsetsByPartition(places: readonly { partition: number; offset: number }[]): Map<number, number[]> {
  const offsets = new Map<number, number[]>();
  for (const { partition, offset } of places) offsets.set(partition, [...(offsets.get(partition) ?? []), offset]);
  return offsets;
}

/** 0, 1, ... count - 1. */
export function firstNumbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
