import type { WriteOutcome } from './record-store.js';

const ALREADY_STORED: WriteOutcome = Object.freeze({ status: 'already-stored' });

/** What becomes of a record whose key is stored already: the first stays, whatever the second says. */
export function outcomeOfRepeat(isSameTimestamp: boolean, isSamePayload: () => boolean): WriteOutcome {
  if (!isSameTimestamp) return conflict('timestamp');
  return isSamePayload() ? ALREADY_STORED : conflict('payload');
}

function conflict(difference: string): WriteOutcome {
  return { status: 'conflict', detail: `the key is stored already, with another ${difference}` };
}
