import { HASH_PRIME, HASH_SEED, isAt } from '@sluice/contracts';

/** A device_id as text, and as the key of the entries of its records. */
export interface KnownDevice {
  readonly id: string;
  /** Shared by all of them: no code may write to it. */
  readonly key: Buffer;
}

/** Two slots each; a power of two. All together, ids of usual length take about a megabyte. */
const SETS = 2048;

/**
 * The devices of the last records. Most devices send again and again: to find one takes no longer than making its text and its key,
 * and leaves no garbage. Each pair of slots holds the last two devices whose hash belongs there, the last one first.
 */
export class KnownDevices {
  readonly #slots: (KnownDevice | undefined)[] = new Array<undefined>(2 * SETS).fill(undefined);

  /** @param bytes whose part from `start` up to before `end` is a device_id */
  in(bytes: Buffer, start: number, end: number): KnownDevice {
    const slot = 2 * setOf(bytes, start, end);
    const first = this.#slots[slot];
    if (first !== undefined && isSame(first.key, bytes, start, end)) return first;
    const second = this.#slots[slot + 1];
    const isKnown = second !== undefined && isSame(second.key, bytes, start, end);
    this.#slots[slot + 1] = first;
    return (this.#slots[slot] = isKnown ? second : deviceIn(bytes, start, end));
  }
}

function setOf(bytes: Buffer, start: number, end: number): number {
  let hash = HASH_SEED;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, HASH_PRIME);
  return (hash ^ (hash >>> 16)) & (SETS - 1);
}

function isSame(key: Buffer, bytes: Buffer, start: number, end: number): boolean {
  return key.length === end - start && isAt(bytes, start, key);
}

/** Not in memory that Node shares between small buffers: a key would hold all of that. */
function deviceIn(bytes: Buffer, start: number, end: number): KnownDevice {
  const key = Buffer.alloc(end - start);
  bytes.copy(key, 0, start, end);
  return { id: bytes.toString('latin1', start, end), key };
}
