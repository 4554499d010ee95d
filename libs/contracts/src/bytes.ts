/** Copies `from[start..end)` to `to` from the index `at` on; for some bytes faster than `Buffer.copy`. @returns the index after them */
export function copyBytes(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): number {
  let next = at;
  for (let index = start; index < end; index++) to[next++] = from[index]!;
  return next;
}

/** Whether the bytes have the word from `start` on. */
export function isAt(bytes: Uint8Array, start: number, word: Uint8Array): boolean {
  for (let index = 0; index < word.length; index++) if (bytes[start + index] !== word[index]) return false;
  return true;
}
