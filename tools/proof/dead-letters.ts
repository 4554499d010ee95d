import { DEAD_LETTER_HEADERS, DEAD_LETTERS_TOPIC, decodeEvent } from '@sluice/contracts';
import type { LogRecord, PartitionPosition } from '@sluice/event-log';
import type { DeadCopy } from '../load/ledger/check.js';
import type { ProofStack } from './proof-stack.js';

/** A record of the dead-letter topic, with the event in it if it has one. */
export interface DeadLetter extends DeadCopy {
  reason: string;
  /** The place on the topic of events that it came from. */
  origin: string;
  value: Buffer | null;
}

/** What has come to the dead-letter topic since these positions. */
export async function deadLettersSince(system: ProofStack, since: readonly PartitionPosition[]): Promise<DeadLetter[]> {
  const inspector = system.log.inspect({ group: 'sluice-proof', topic: DEAD_LETTERS_TOPIC });
  const letters: DeadLetter[] = [];
  for (const { partition, high: toOffset } of await inspector.positions()) {
    let fromOffset = since.find((before) => before.partition === partition)?.high ?? 0;
    while (fromOffset < toOffset) {
      const records = await inspector.peek({ partition, fromOffset, toOffset, maxRecords: 1000 });
      if (records.length === 0) break;
      letters.push(...records.map(toDeadLetter));
      fromOffset = records.at(-1)!.offset + 1;
    }
  }
  return letters;
}

function toDeadLetter({ headers, value }: LogRecord): DeadLetter {
  const decoded = decodeEvent(value);
  const { device_id = '', record_id = '' } = decoded.ok ? decoded.event : {};
  const origin = `${headers[DEAD_LETTER_HEADERS.partition]}/${headers[DEAD_LETTER_HEADERS.offset]}`;
  return { device_id, record_id, reason: headers[DEAD_LETTER_HEADERS.reason] ?? '', origin, value };
}
