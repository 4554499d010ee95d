const QUOTE = 0x22;

/**
 * The sequences of keys that the objects of a body, or of a process, have had, by hash, and what else is counted in it.
 * Devices send the same ones again and again: V8 has a hidden class for each, and JSON.parse is fast. A key that continues its
 * object in a new way is new, and costs ten times as much.
 */
export class KnownShapes {
  readonly #hashes: Uint32Array;
  readonly #mask: number;
  /** Number of new ones. A sequence that another one with the same slot has replaced is new again. */
  newKeys = 0;
  /** Keys with an escape of one letter, such as a line feed: they are escaped in the event, too, and each reader reads them slowly. */
  escapedKeys = 0;
  /** Numbers with an exponent of two digits or more: a large double is written as a text, which each reader turns into the number. */
  exponents = 0;

  /** @param slots at least; rounded up to a power of two */
  constructor(slots = 16 * 1024) {
    this.#hashes = new Uint32Array(2 ** Math.ceil(Math.log2(slots)));
    this.#mask = this.#hashes.length - 1;
  }

  add(hash: number): void {
    const slot = hash & this.#mask;
    if (this.#hashes[slot] === hash) return;
    this.#hashes[slot] = hash;
    this.newKeys++;
  }
}

/** Otherwise a client could predict which keys count as known. */
export const HASH_SEED = Math.floor(Math.random() * 2 ** 32);
export const HASH_PRIME = 0x01000193;

/** Only the beginning of a longer key is part of its hash, up to its quote. */
const MAX_HASHED_LENGTH = 16;

/** @param start of the key after its quote */
export function hashOfKey(bytes: Uint8Array, start: number, seed: number): number {
  let hash = seed;
  for (let at = start; at < start + MAX_HASHED_LENGTH && bytes[at] !== QUOTE; at++) {
    hash = Math.imul(hash ^ bytes[at]!, HASH_PRIME);
  }
  return (hash ^ (hash >>> 15)) >>> 0;
}
