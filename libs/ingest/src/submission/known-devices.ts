/** A device_id as text, and as the key of the entries of its records. */
export interface KnownDevice {
  readonly id: string;
  /** Shared by all of them: no code may write to it. */
  readonly key: Buffer;
}

/** Two slots each; a power of two. All together, ids of usual length take about a megabyte. */
const SETS = 2048;
/** FNV-1a with 32 bits: https://datatracker.ietf.org/doc/html/rfc9923 */
const [FNV_OFFSET, FNV_PRIME] = [0x811c9dc5, 0x01000193];

/**
 * The devices of the last records. Most devices send again and again: to find one takes a third of the time that making its text and
 * its key takes, and leaves no garbage. Each pair of slots holds the last two devices whose hash belongs there, the last one first.
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
  let hash = FNV_OFFSET;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, FNV_PRIME);
  return (hash ^ (hash >>> 16)) & (SETS - 1);
}

function isSame(key: Buffer, bytes: Buffer, start: number, end: number): boolean {
  if (key.length !== end - start) return false;
  for (let at = 0; at < key.length; at++) if (key[at] !== bytes[start + at]) return false;
  return true;
}

/** Not in memory that Node shares between small buffers: a key would hold all of that. */
function deviceIn(bytes: Buffer, start: number, end: number): KnownDevice {
  const key = Buffer.alloc(end - start);
  bytes.copy(key, 0, start, end);
  return { id: bytes.toString('latin1', start, end), key };
}
