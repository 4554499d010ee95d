const PREFIX = 'p';
const RADIX = 36;
const POSITION = /^p(\.[0-9a-z]{1,11}){1,1000}$/;

/** Longest text of a position, in characters: a topic of 1000 partitions with large offsets. Half the limit of a header. */
export const MAX_POSITION_LENGTH = 8 * 1024;

/**
 * The position of a reader in all partitions of the topic, by partition: the next offset to read. Opaque to clients: only this
 * module reads it.
 */
export function encodePosition(offsets: readonly number[]): string {
  return [PREFIX, ...offsets.map((offset) => offset.toString(RADIX))].join('.');
}

/** Reads the result of {@link encodePosition}; `undefined` for any other text. */
export function decodePosition(text: string): number[] | undefined {
  if (text.length > MAX_POSITION_LENGTH || !POSITION.test(text)) return undefined;
  const offsets = text
    .split('.')
    .slice(1)
    .map((offset) => parseInt(offset, RADIX));
  return offsets.every(Number.isSafeInteger) ? offsets : undefined;
}
