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
