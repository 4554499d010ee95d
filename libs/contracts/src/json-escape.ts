const LOWER_U = 0x75;
const HEX_DIGITS = 4;

const CODES = new Map(Object.entries({ '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }));
const CODE_OF = new Int16Array(128).fill(-1);
for (const [letter, character] of CODES) CODE_OF[letter.charCodeAt(0)] = character.charCodeAt(0);

const HEX_VALUE = new Int8Array(128).fill(-1);
for (const [value, digit] of [...'0123456789abcdef'].entries()) {
  HEX_VALUE[digit.charCodeAt(0)] = HEX_VALUE[digit.toUpperCase().charCodeAt(0)] = value;
}

/** @param at index of the backslash */
export function escapeLength(text: string, at: number): number {
  return text.charCodeAt(at + 1) === LOWER_U ? 2 + HEX_DIGITS : 2;
}

/**
 * The character of an escape, as a UTF-16 code unit; below zero if it is not an escape: then the negated number of its valid
 * characters.
 *
 * @param at index of the backslash
 */
export function readEscape(text: string, at: number): number {
  const letter = text.charCodeAt(at + 1);
  if (letter !== LOWER_U) return (letter < CODE_OF.length ? CODE_OF[letter] : undefined) ?? -1;
  let code = 0;
  for (let digit = 0; digit < HEX_DIGITS; digit++) {
    const character = text.charCodeAt(at + 2 + digit);
    const value = character < HEX_VALUE.length ? HEX_VALUE[character]! : -1;
    if (value < 0) return -2 - digit;
    code = code * 16 + value;
  }
  return code;
}

/** An escape as a whole, or the beginning of a wrong one. */
const ESCAPE = /\\(?:u[0-9a-fA-F]{4}|[^])/g;
const [SPACE, QUOTE, BACKSLASH] = [0x20, 0x22, 0x5c];
const [FIRST_SURROGATE, LAST_SURROGATE] = [0xd800, 0xdfff];

/** A text of JSON with the characters themselves for those `\u` escapes that could be left out. Other escapes stay. */
export function unescaped(text: string): string {
  return text.replace(ESCAPE, (escape) => (escape.length === 2 ? escape : characterOf(escape)));
}

function characterOf(escape: string): string {
  const code = readEscape(escape, 0);
  const isSurrogate = code >= FIRST_SURROGATE && code <= LAST_SURROGATE;
  return isSurrogate || code < SPACE || code === QUOTE || code === BACKSLASH ? escape : String.fromCharCode(code);
}

const QUOTE_CHARACTER = '"';
const COLON_CHARACTER = 0x3a;
const SPACE_CHARACTER = 0x20;

/** Whether a key in the text of valid JSON has an escape. */
export function hasEscapedKey(text: string): boolean {
  let quote = -1;
  for (let at = text.indexOf('\\'); at >= 0;) {
    const next = text.indexOf('\\', at + 2);
    if (quote < at + 2) quote = text.indexOf(QUOTE_CHARACTER, at + 2);
    const isLastOfString = next < 0 || next > quote;
    if (isLastOfString && isFollowedByColon(text, quote)) return true;
    at = next;
  }
  return false;
}

function isFollowedByColon(text: string, at: number): boolean {
  let next = at + 1;
  while (text.charCodeAt(next) <= SPACE_CHARACTER) next++;
  return text.charCodeAt(next) === COLON_CHARACTER;
}
