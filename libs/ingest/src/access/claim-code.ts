import { randomBytes } from 'node:crypto';
import { hashOf } from './token-text.js';

/** Crockford's base 32: no I, L, O or U, so that a code can be read out and typed. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 20;
const GROUP = 5;
/** A longer text is no code, however it is written. */
const MAX_TEXT_LENGTH = 64;

/** The only moment at which a code is known: its creator passes `text` on and does not keep it. */
export interface ClaimCode {
  /** Four groups of five letters and digits, such as `7KQ2M-8XD4T-RWP9C-E31ZB`: 100 random bits. */
  text: string;
  /** SHA-256: what is kept of it. */
  hash: string;
}

export function mintClaimCode(): ClaimCode {
  // 256 is a multiple of 32: every letter is as likely as every other.
  const letters = Array.from(randomBytes(LENGTH), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
  const text = letters.match(new RegExp(`.{${GROUP}}`, 'g'))!.join('-');
  return { text, hash: hashOf(letters) };
}

/**
 * The hash of a code as a person may have typed it: in either case, with or without dashes and spaces, with O for 0 and I or L for 1.
 *
 * @returns `undefined` for what cannot be a code
 */
export function claimHashOf(text: string): string | undefined {
  if (text.length > MAX_TEXT_LENGTH) return undefined;
  const letters = text.toUpperCase().replace(/[- ]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  const isCode = letters.length === LENGTH && [...letters].every((letter) => ALPHABET.includes(letter));
  return isCode ? hashOf(letters) : undefined;
}
