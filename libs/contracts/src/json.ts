import { isAscii, isUtf8 } from 'node:buffer';
import { countQuotes, countStrings, findEscapes, mayVanish } from './json-scan.js';
import { readTokens } from './json-tokens.js';

/** A parsed text, or why it is none. `duplicateKeys` are JSON Pointers; where it is not empty, the value has only the last. */
export type ParsedJson =
  | { ok: true; value: unknown; duplicateKeys: readonly string[]; vanishedNumbers: readonly string[] }
  | { ok: false; detail: string };

const BYTE_ORDER_MARK = 0xfeff;

/** The text of these bytes without a leading byte order mark, or `undefined` if they are not UTF-8. Never replaces a byte. */
export function decodeUtf8(bytes: Buffer): string | undefined {
  if (isAscii(bytes)) return bytes.toString('latin1');
  if (!isUtf8(bytes)) return undefined;
  const text = bytes.toString('utf8');
  return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
}

/**
 * JSON.parse that changes nothing in silence. It names a key that stands twice in one object, and a number that is not
 * zero and too small for a double. (A number too large becomes Infinity, which the payload check refuses.)
 * And it reads an escaped key right: V8 may take it for another key that it has met before (nodejs/node#63785).
 */
export function parseJson(text: string): ParsedJson {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { ok: false, detail: withoutInput(error as Error) };
  }
  return isChanged(text, value)
    ? { ok: true, ...readTokens(text) }
    : { ok: true, value, duplicateKeys: NOWHERE, vanishedNumbers: NOWHERE };
}

const NOWHERE: readonly string[] = Object.freeze([]);

/** A key that was dropped is missed by counting: the text then has more strings than the value. May be wrong about `true`. */
function isChanged(text: string, value: unknown): boolean {
  const escapes = findEscapes(text);
  if (escapes.inKey || mayVanish(text)) return true;
  return (countQuotes(text) - escapes.quotes) / 2 !== countStrings(value);
}

/**
 * JSON.parse that reads an escaped key right: see {@link parseJson}. For texts that we have written ourselves.
 *
 * @throws SyntaxError if the text is not JSON
 */
export function readJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return findEscapes(text).inKey ? readTokens(text).value : value;
}

/** `{"a":1,` is not repeated in an answer or a log: it is the device's data. Only what and where. */
function withoutInput(error: Error): string {
  const position = /at position \d+( \(line \d+ column \d+\))?/.exec(error.message)?.[0];
  if (position !== undefined) return `not JSON: unexpected character ${position}`;
  return error.message.includes('end of JSON input') ? 'not JSON: the text ends too early' : 'not JSON';
}
