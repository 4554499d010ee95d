const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LOWER_U = 0x75;
const TWO_BYTES = 0xc0;
const THREE_BYTES = 0xe0;
const FOUR_BYTES = 0xf0;

/** More digits do not change a double: below it, a number counts as one byte, because its compact form may be that short. */
const MAX_NUMBER_LENGTH = 1100;
const UNICODE_ESCAPE_LENGTH = '\\uXXXX'.length;

/** White space and separators. */
const ENDS_SCALAR = new Uint8Array(256);
for (const character of ' \t\r\n,:[]{}"') ENDS_SCALAR[character.charCodeAt(0)] = 1;
const IS_SPACE = new Uint8Array(256);
for (const character of ' \t\r\n') IS_SPACE[character.charCodeAt(0)] = 1;

/**
 * The minimum size of a JSON text in its compact form: without white space, with short numbers, and with each escaped character
 * as one byte.
 *
 * @returns the index after the token or character with which `maxBytes` is exceeded; 0 if it is not
 */
export function endOfExcess(bytes: Uint8Array, from: number, end: number, maxBytes: number): number {
  let size = 0;
  let isText = false;
  for (let at = from; at < end;) {
    const byte = bytes[at]!;
    const start = at;
    if (isText) at += lengthOfCharacter(bytes, at);
    else if (ENDS_SCALAR[byte] === 1) at++;
    else while (at < end && ENDS_SCALAR[bytes[at]!] === 0) at++;
    if (isText) size += byte === BACKSLASH ? 1 : at - start;
    else if (IS_SPACE[byte] === 0) size += at - start > MAX_NUMBER_LENGTH ? at - start : 1;
    if (byte === QUOTE) isText = !isText;
    if (size > maxBytes) return Math.min(at, end);
  }
  return 0;
}

/** Index after a character in a text, escaped or not. */
function lengthOfCharacter(bytes: Uint8Array, at: number): number {
  const byte = bytes[at]!;
  if (byte === BACKSLASH) return bytes[at + 1] === LOWER_U ? UNICODE_ESCAPE_LENGTH : 2;
  if (byte < TWO_BYTES) return 1;
  if (byte < THREE_BYTES) return 2;
  return byte < FOUR_BYTES ? 3 : 4;
}
