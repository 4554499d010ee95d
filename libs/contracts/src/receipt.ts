const RADIX = 36;
const DIGITS = Buffer.from('0123456789abcdefghijklmnopqrstuvwxyz');
const POINT = 0x2e;
const RECEIPT = /^(0|[1-9a-z][0-9a-z]{0,4})\.(0|[1-9a-z][0-9a-z]{0,10})$/;
/** Of the longest receipt. */
export const MAX_RECEIPT_BYTES = 17;

/** Where the log keeps an accepted record. Opaque to clients: only its two ends, both here, read it. */
export function encodeReceipt(partition: number, offset: number): string {
  return `${partition.toString(RADIX)}.${offset.toString(RADIX)}`;
}

/** Writes {@link encodeReceipt} into `to` from the index `at` on. @returns the index after it */
export function writeReceipt(partition: number, offset: number, to: Uint8Array, at: number): number {
  const point = writeNumber(partition, to, at);
  to[point] = POINT;
  return writeNumber(offset, to, point + 1);
}

function writeNumber(value: number, to: Uint8Array, start: number): number {
  let end = start + 1;
  for (let rest = value; rest >= RADIX; rest = Math.floor(rest / RADIX)) end++;
  let rest = value;
  for (let at = end - 1; at >= start; at--) {
    to[at] = DIGITS[rest % RADIX]!;
    rest = Math.floor(rest / RADIX);
  }
  return end;
}

export function decodeReceipt(receipt: string): { partition: number; offset: number } | undefined {
  const match = RECEIPT.exec(receipt);
  if (match === null) return undefined;
  const [partition, offset] = [parseInt(match[1]!, RADIX), parseInt(match[2]!, RADIX)];
  return Number.isSafeInteger(offset) ? { partition, offset } : undefined;
}
