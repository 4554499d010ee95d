import { setTimeout as delay } from 'node:timers/promises';
import { EventLogError, type EventLog } from '@sluice/event-log';
import { needsPerson, RecordStoreError, type RecordStore } from '@sluice/record-store';
import { topicSpecs, type TopicPartitions } from './topics.js';

/** Creates the topics, partitions and indexes that are missing. Nothing else creates any. Idempotent. */
export async function prepare(log: EventLog, store: RecordStore, partitions: TopicPartitions): Promise<void> {
  if (partitions.isExpected === true) {
    return requireNone([
      ...(await log.topicDifferences(topicSpecs(log.names, partitions))),
      ...(await store.missing()),
    ]);
  }
  await createTopics(log, partitions);
  await store.prepare();
}

/** With `TOPICS=expect`: topics or indexes are not as they should be. The message has a line for each, with the command to run. */
export class NotPreparedError extends Error {
  override readonly name = 'NotPreparedError';
  readonly code = 'not-prepared';
}

function requireNone(differences: readonly string[]): void {
  if (differences.length > 0) throw new NotPreparedError(differences.join('\n'));
}

/**
 * As {@link prepare}, but waits for engines that are still starting. Both engines are tried in parallel: a wrong password of one is
 * reported even while the other is not up yet.
 *
 * @param onWaiting called for each engine that is not available, and again when the reason changes
 * @throws the error of an engine for which waiting does not help: a wrong login, a missing right, a certificate
 */
export async function prepareWhenAvailable(
  log: EventLog,
  store: RecordStore,
  partitions: TopicPartitions,
  { onWaiting, retryDelayMs = 1_000 }: { onWaiting: (error: Error) => void; retryDelayMs?: number },
): Promise<void> {
  const ended = new AbortController();
  const wait = () => delay(retryDelayMs, undefined, { signal: ended.signal });
  const differences: string[] = [];
  const steps = partitions.isExpected
    ? [
        async () => void differences.push(...(await log.topicDifferences(topicSpecs(log.names, partitions)))),
        async () => void differences.push(...(await store.missing())),
      ]
    : [() => createTopics(log, partitions), () => store.prepare()];
  try {
    await Promise.all(steps.map((step) => untilAvailable(step, wait, onWaiting)));
    requireNone(differences);
  } finally {
    ended.abort();
  }
}

async function createTopics(log: EventLog, partitions: TopicPartitions): Promise<void> {
  await log.createTopics(topicSpecs(log.names, partitions));
}

async function untilAvailable(
  step: () => Promise<void>,
  wait: () => Promise<void>,
  onWaiting: (error: Error) => void,
): Promise<void> {
  for (let lastReason = ''; ;) {
    try {
      return await step();
    } catch (error) {
      if (!mayPass(error)) throw error;
      const { message } = error as Error;
      if (message !== lastReason) onWaiting(error as Error);
      lastReason = message;
      await wait();
    }
  }
}

const NEEDS_A_PERSON: ReadonlySet<string | undefined> = new Set(['authentication', 'authorization', 'certificate']);

function mayPass(error: unknown): boolean {
  if (error instanceof EventLogError) {
    return error.code === 'unavailable' && !NEEDS_A_PERSON.has(error.failure);
  }
  if (!(error instanceof RecordStoreError) || error.code !== 'unavailable') return false;
  return error.trouble === undefined || !needsPerson(error.trouble);
}
