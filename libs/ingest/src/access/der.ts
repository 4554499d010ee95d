/** One value of a DER encoding (X.690): what certificates and revocation lists are written in. */
export interface DerValue {
  tag: number;
  content: Buffer;
}

export const DER = {
  integer: 0x02,
  oid: 0x06,
  utcTime: 0x17,
  time: 0x18,
  sequence: 0x30,
  versionOfCertificate: 0xa0,
} as const;

/**
 * The values that lie in these bytes, one after the other.
 *
 * @throws RangeError if a value is longer than the bytes
 */
export function derValues(bytes: Buffer): DerValue[] {
  const values: DerValue[] = [];
  let at = 0;
  while (at < bytes.length) {
    const { from, to } = extentOf(bytes, at);
    values.push({ tag: bytes[at]!, content: bytes.subarray(from, to) });
    at = to;
  }
  return values;
}

/** Where the content of the value at this place begins and ends. */
function extentOf(bytes: Buffer, at: number): { from: number; to: number } {
  const first = bytes.readUInt8(at + 1);
  // From 0x80 on, the byte says of how many bytes the length is made.
  const lengthBytes = first < 0x80 ? 0 : first - 0x80;
  if (lengthBytes > 4) throw new RangeError('a value of more than 4 GB');
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes);
  const from = at + 2 + lengthBytes;
  if (from + length > bytes.length) throw new RangeError('a value ends after its bytes');
  return { from, to: from + length };
}

/** Milliseconds since 1970 of a UTCTime or GeneralizedTime in the form of RFC 5280, 4.1.2.5. @throws RangeError */
export function derTime({ tag, content }: DerValue): number {
  const text = content.toString('latin1');
  const [, year = '', rest = ''] = /^(\d{2}|\d{4})(\d{10})Z$/.exec(text) ?? [];
  if (year.length !== (tag === DER.utcTime ? 2 : 4)) throw new RangeError(`${text} is no time`);
  const century = tag !== DER.utcTime ? '' : Number(year) < 50 ? '20' : '19';
  const [month, day, hour, minute, second] = rest.match(/../g)!;
  const atMs = Date.parse(`${century}${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(atMs)) throw new RangeError(`${text} is no time`);
  return atMs;
}

/** A text by which two names are compared: kinds of texts, upper case and spaces make no difference (RFC 5280, 7.1). */
export function derName({ content }: DerValue): string {
  const attributes = derValues(content).flatMap((set) => derValues(set.content));
  return JSON.stringify(
    attributes.map((attribute) => {
      const [type, value] = derValues(attribute.content);
      const text = value!.content.toString('latin1').trim().toLowerCase().replace(/\s+/g, ' ');
      return [type!.content.toString('hex'), text];
    }),
  );
}
