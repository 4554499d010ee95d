import type { TimestampSource } from '@sluice/contracts';
import type { WriteOutcome } from './record-store.js';

/** The time of a record as a store keeps it. */
interface KeptTime {
  timestamp_text: string;
  timestamp_source?: TimestampSource | null | undefined;
}

/** A record without a timestamp has the time of its receipt, which differs each time that it is sent. */
export function isSameTime(one: KeptTime, other: KeptTime): boolean {
  if (one.timestamp_source === 'received' && other.timestamp_source === 'received') return true;
  return one.timestamp_text === other.timestamp_text;
}

const ALREADY_STORED: WriteOutcome = Object.freeze({ status: 'already-stored' });

/** The outcome of a record whose key is stored already: the first stays, whatever the second contains. */
export function outcomeOfRepeat(isSameTimestamp: boolean, isSamePayload: () => boolean): WriteOutcome {
  if (!isSameTimestamp) return conflict('timestamp');
  return isSamePayload() ? ALREADY_STORED : conflict('payload');
}

function conflict(difference: string): WriteOutcome {
  return { status: 'conflict', detail: `the key is stored already, with another ${difference}` };
}
