const CHUNK_OFFSETS = 65_536;

/** Offsets of one partition, about one bit each where they lie close together. */
export class OffsetSet {
  readonly #chunks = new Map<number, Uint8Array>();

  /** @returns `false` if it was there already */
  add(offset: number): boolean {
    const chunk = this.chunkOf(offset);
    const [byte, bit] = placeOf(offset);
    const isNew = (chunk[byte]! & bit) === 0;
    chunk[byte]! |= bit;
    return isNew;
  }

  has(offset: number): boolean {
    const [byte, bit] = placeOf(offset);
    return ((this.#chunks.get(Math.floor(offset / CHUNK_OFFSETS))?.[byte] ?? 0) & bit) !== 0;
  }

  private chunkOf(offset: number): Uint8Array {
    const number = Math.floor(offset / CHUNK_OFFSETS);
    const chunk = this.#chunks.get(number) ?? new Uint8Array(CHUNK_OFFSETS / 8);
    this.#chunks.set(number, chunk);
    return chunk;
  }
}

function placeOf(offset: number): [byte: number, bit: number] {
  const inChunk = offset % CHUNK_OFFSETS;
  return [inChunk >> 3, 1 << (inChunk & 7)];
}
