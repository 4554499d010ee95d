const RADIX = 36;
const RECEIPT = /^(0|[1-9a-z][0-9a-z]{0,4})\.(0|[1-9a-z][0-9a-z]{0,10})$/;

/** Where the log keeps an accepted record. Opaque to clients: only its two ends, both here, read it. */
export function encodeReceipt(partition: number, offset: number): string {
  return `${partition.toString(RADIX)}.${offset.toString(RADIX)}`;
}

export function decodeReceipt(receipt: string): { partition: number; offset: number } | undefined {
  const match = RECEIPT.exec(receipt);
  if (match === null) return undefined;
  const [partition, offset] = [parseInt(match[1]!, RADIX), parseInt(match[2]!, RADIX)];
  return Number.isSafeInteger(offset) ? { partition, offset } : undefined;
}
