import { EVENT_HEADERS, EVENTS_TOPIC } from '@sluice/contracts';
import type { LogEntry } from '@sluice/event-log';
import type { ProofStack } from '../proof-stack.js';

/** A producer other than the gateway, or a gateway of a bad deploy: it writes past every check. */
export async function publishPast(system: ProofStack, entries: readonly LogEntry[]): Promise<void> {
  const outcomes = await system.log.publisher.publish(EVENTS_TOPIC, entries);
  const failed = outcomes.find(({ written }) => !written);
  if (failed) throw new Error(`a poison record was not written: ${JSON.stringify(failed)}`);
}

/** Bytes that are no event, spread over the partitions. */
export function publishPoison(system: ProofStack, prefix: string, count: number): Promise<void> {
  return publishPast(
    system,
    Array.from({ length: count }, (_, number) =>
      poison(`${prefix}-poison-${number}`, Buffer.from([0xff, 0xfe, number])),
    ),
  );
}

export function poison(key: string, value: Buffer, headers: Record<string, string> = EVENT_HEADERS): LogEntry {
  return { key: Buffer.from(key), value, headers, timestampMs: Date.now() };
}
