const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LOWER_U = 0x75;

/** More digits change no double: below it, a number counts as one byte, because it may be written that short. */
const MAX_NUMBER_LENGTH = 1100;
const UNICODE_ESCAPE_LENGTH = '\\uXXXX'.length;

/** White space and what separates values. */
const ENDS_SCALAR = new Uint8Array(256);
for (const character of ' \t\r\n,:[]{}"') ENDS_SCALAR[character.charCodeAt(0)] = 1;
const IS_SPACE = new Uint8Array(256);
for (const character of ' \t\r\n') IS_SPACE[character.charCodeAt(0)] = 1;

/**
 * How many bytes a JSON text has at least when it is written compactly: without white space, with short numbers, and with each escaped
 * character as one byte.
 *
 * @returns the byte after the token with which there are more than `maxBytes`; 0 if there are not
 */
export function endOfExcess(bytes: Uint8Array, from: number, end: number, maxBytes: number): number {
  let size = 0;
  for (let at = from; at < end;) {
    const byte = bytes[at]!;
    const start = at;
    if (IS_SPACE[byte] === 1) {
      at++;
      continue;
    }
    if (byte === QUOTE) {
      at = endOfString(bytes, start, end);
      size += at - start - slackOfString(bytes, start, at);
    } else if (ENDS_SCALAR[byte] === 1) {
      at++;
      size++;
    } else {
      while (at < end && ENDS_SCALAR[bytes[at]!] === 0) at++;
      size += at - start > MAX_NUMBER_LENGTH ? at - start : 1;
    }
    if (size > maxBytes) return at;
  }
  return 0;
}

/** The byte after the quote that ends it. */
function endOfString(bytes: Uint8Array, from: number, end: number): number {
  for (let at = from + 1; at < end; at++) {
    if (bytes[at] === QUOTE) return at + 1;
    if (bytes[at] === BACKSLASH) at++;
  }
  return end;
}

function slackOfString(bytes: Uint8Array, from: number, end: number): number {
  let slack = 0;
  for (let at = from + 1; at < end; at++) {
    if (bytes[at] !== BACKSLASH) continue;
    at++;
    if (bytes[at] === LOWER_U) slack += UNICODE_ESCAPE_LENGTH - 1;
  }
  return slack;
}
