import { DER, derName, derTime, derValues, type DerValue } from './der.js';

/** What a certificate revocation list (RFC 5280, 5.1) says. */
export interface RevocationList {
  /** To be compared with the same of a certificate. */
  issuer: string;
  thisUpdateMs: number;
  /** Endless where the list names none. */
  nextUpdateMs: number;
  /** Serial numbers in hexadecimal digits. */
  serials: ReadonlySet<string>;
}

/** Who has signed a certificate, under which number, and when it is valid. */
export interface CertificateFacts {
  issuer: string;
  serial: string;
  notBeforeMs: number;
  notAfterMs: number;
}

/** @throws RangeError, TypeError if it is not a revocation list */
export function readRevocationList(der: Buffer): RevocationList {
  const [list] = derValues(der);
  const [signed] = derValues(list!.content);
  const fields = derValues(signed!.content);
  if (fields[0]!.tag === DER.integer) fields.shift();
  const [, issuer, thisUpdate, ...rest] = fields;
  const nextUpdate = isTime(rest[0]) ? rest.shift() : undefined;
  const revoked = rest[0]?.tag === DER.sequence ? derValues(rest[0].content) : [];
  return {
    issuer: derName(issuer!),
    thisUpdateMs: derTime(thisUpdate!),
    nextUpdateMs: nextUpdate === undefined ? Infinity : derTime(nextUpdate),
    serials: new Set(revoked.map(({ content }) => serialOf(derValues(content)[0]!))),
  };
}

/** @throws RangeError, TypeError if it is not a certificate */
export function readCertificateFacts(der: Buffer): CertificateFacts {
  const [certificate] = derValues(der);
  const [signed] = derValues(certificate!.content);
  const fields = derValues(signed!.content);
  if (fields[0]!.tag === DER.versionOfCertificate) fields.shift();
  const [serial, , issuer, validity] = fields;
  const [notBefore, notAfter] = derValues(validity!.content);
  return {
    issuer: derName(issuer!),
    serial: serialOf(serial!),
    notBeforeMs: derTime(notBefore!),
    notAfterMs: derTime(notAfter!),
  };
}

function isTime(value: DerValue | undefined): boolean {
  return value?.tag === DER.utcTime || value?.tag === DER.time;
}

function serialOf({ content }: DerValue): string {
  return content.toString('hex');
}
