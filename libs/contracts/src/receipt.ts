/** Where the log keeps an accepted record. Opaque to clients: only its two ends, both here, read it. */
export function encodeReceipt(partition: number, offset: number): string {
  return Buffer.from(`${partition}.${offset}`, 'latin1').toString('base64url');
}

export function decodeReceipt(receipt: string): { partition: number; offset: number } | undefined {
  const match = /^(\d{1,6})\.(\d{1,16})$/.exec(Buffer.from(receipt, 'base64url').toString('latin1'));
  return match === null ? undefined : { partition: Number(match[1]), offset: Number(match[2]) };
}
