import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

const ID_BYTES = 6;
const SECRET_BYTES = 20;

/**
 * `sluice_<id>_<secret>_<checksum>`, all of it lower-case hexadecimal: 12, 40 and 8 digits. The fixed beginning lets scanners find a
 * token that has leaked; the checksum (CRC-32 of everything before it) distinguishes a mistyped token from an unknown one.
 */
export const TOKEN_PATTERN = /^sluice_([0-9a-f]{12})_([0-9a-f]{40})_([0-9a-f]{8})$/;

/** The only moment at which a token is known in full: its creator passes `text` on and does not keep it. */
export interface MintedToken {
  id: string;
  text: string;
  /** Of `text`: what is kept of it. */
  hash: string;
}

/** @param id of the token that gets a new secret; a new token gets a new id */
export function mintToken(id: string = randomBytes(ID_BYTES).toString('hex')): MintedToken {
  const body = `sluice_${id}_${randomBytes(SECRET_BYTES).toString('hex')}`;
  const text = `${body}_${checksumOf(body)}`;
  return { id, text, hash: hashOf(text) };
}

/** SHA-256 in hexadecimal. The secret has 160 random bits, so nothing slower is needed. */
export function hashOf(text: string): string {
  return hash('sha256', text);
}

/** Takes the same time wherever the two differ. */
export function isSameHash(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1'));
}

/** @returns the id, or what is wrong: it has not the form of a token, or it was changed on its way */
export function readTokenText(text: string): { id: string } | { fault: 'malformed' | 'mistyped' } {
  const [, id, secret, checksum] = TOKEN_PATTERN.exec(text) ?? [];
  if (id === undefined) return { fault: 'malformed' };
  return checksum === checksumOf(`sluice_${id}_${secret}`) ? { id } : { fault: 'mistyped' };
}

function checksumOf(body: string): string {
  return crc32(body).toString(16).padStart(8, '0');
}
