import { isAscii, isUtf8 } from 'node:buffer';
import { ValueScanner } from './json-scan.js';
import { KnownShapes } from './known-shapes.js';
import { hasEscapedKey, unescaped } from './json-escape.js';
import { JsonSyntaxError, readText, type ReadText } from './json-reader.js';
import type { JsonObject } from './event.js';

/** A parsed text, or why it is not JSON. */
export type ParsedJson = ({ ok: true } & Readonly<ReadText>) | UnparsedJson;

export interface UnparsedJson {
  ok: false;
  detail: string;
  endsEarly: boolean;
  /** Index of the invalid character; left out if V8 does not report it. */
  position?: number;
}

/** The findings of one pass over the bytes of a text: see {@link ValueScanner}. */
export interface ScannedText {
  strings: number;
  hasEscapedKey: boolean;
  mayVanish: boolean;
  hasNewShapes: boolean;
}

const BYTE_ORDER_MARK = 0xfeff;

/** The text of these bytes without a leading byte order mark, or `undefined` if they are not UTF-8. Never replaces a byte. */
export function decodeUtf8(bytes: Buffer): string | undefined {
  if (isAscii(bytes)) return bytes.toString('latin1');
  if (!isUtf8(bytes)) return undefined;
  const text = bytes.toString('utf8');
  return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
}

const NO_LIMITS = { maxDepth: Infinity, maxBytes: Infinity, maxValues: Infinity };

/** {@link parseScanned} for a text that was not scanned. Time and memory grow with the text, without a limit. */
export function parseJson(text: string): ParsedJson {
  const bytes = Buffer.from(text);
  const scanner = new ValueScanner(bytes, NO_LIMITS);
  scanner.scan(scanner.skipSpace(0, bytes.length), bytes.length, false);
  return parseScanned(text, scanner, scanner.mayHaveLargeInteger);
}

/** Sixteen digits after a character that may precede a value. A text may contain them, too: then it is only read more slowly. */
const LARGE_INTEGER = /(?:^|[\s:,[])-?[0-9]{16}/;

/** Whether a text of JSON may have a whole number in digits that a double could change. */
function mayHaveLargeInteger(text: string): boolean {
  return LARGE_INTEGER.test(text);
}

/**
 * JSON.parse that changes nothing silently. It lists keys that occur twice in one object, and numbers that are not zero and too
 * small for a double. (A number too large becomes Infinity, which the payload check refuses.) It also reads an escaped key
 * correctly: V8 may confuse it with a key that it has parsed before (nodejs/node#63785).
 *
 * @param isExact whole numbers in digits beyond 2^53 - 1 are bigints, and the texts of the numbers of the outermost object are kept.
 *   Otherwise such a number is the nearest double: then read the text again in this way, which takes several times as long
 */
export function parseScanned(text: string, scanned: ScannedText, isExact = false): ParsedJson {
  const { mayVanish, hasNewShapes } = scanned;
  if (isExact || mayVanish || hasNewShapes) return readAll(text, hasNewShapes);
  const parsable = scanned.hasEscapedKey ? unescaped(text) : text;
  if (scanned.hasEscapedKey && hasEscapedKey(parsable)) return readAll(text, false);
  let value: unknown;
  try {
    value = JSON.parse(parsable);
  } catch (error) {
    return parsable === text ? withoutInput(error as Error) : readAll(text, false);
  }
  return isWhole(value, scanned) ? { ok: true, value, ...NO_CHANGES } : readAll(text, false);
}

/** Whether JSON.parse has read this text without a change: see {@link parseScanned}. */
export function isWhole(value: unknown, { strings }: ScannedText): boolean {
  // A dropped key is found by counting: the text then has more strings than the value.
  return strings === countStrings(value);
}

function readAll(text: string, hasNewShapes: boolean): ParsedJson {
  try {
    return { ok: true, ...readText(text, hasNewShapes) };
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    return notJson(text, error.position);
  }
}

const NOWHERE = Object.freeze([] as string[]) as string[];
const NO_CHANGES = Object.freeze({
  duplicateKeys: NOWHERE,
  vanishedNumbers: NOWHERE,
  hugeNumbers: NOWHERE,
  fieldNumbers: new Map<string, string>() as ReadonlyMap<string, string>,
});
const MAX_COUNTED_DEPTH = 64;

/** How many strings, keys included, a parsed value has; NaN, which equals no count, if it is too deep for recursion. */
function countStrings(value: unknown, depth = 0): number {
  if (typeof value === 'string') return 1;
  if (typeof value !== 'object' || value === null) return 0;
  if (depth > MAX_COUNTED_DEPTH) return NaN;
  let strings = 0;
  if (Array.isArray(value)) {
    for (const item of value) strings += countStrings(item, depth + 1);
  } else {
    for (const key in value) strings += 1 + countStrings((value as JsonObject)[key], depth + 1);
  }
  return strings;
}

/**
 * JSON.parse that reads an escaped key correctly: see {@link parseScanned}. For texts that Sluice has written.
 *
 * @throws SyntaxError if the text is not JSON
 */
export function readJson(text: string): unknown {
  if (hasNewShapes(text)) return readText(text).value;
  return hasEscapedKey(text) ? readText(text, false).value : (JSON.parse(text) as unknown);
}

/**
 * {@link readJson} for a text that {@link stringifyExact} has written: whole numbers in digits beyond 2^53 - 1 are bigints.
 *
 * @throws SyntaxError if the text is not JSON
 */
export function readExactJson(text: string): unknown {
  return mayHaveLargeInteger(text) ? readText(text, false).value : readJson(text);
}

/** One text of this many is scanned; after one with new shapes, this many in a row. */
const SCANNED_EVERY = 8;
const SCANNED_IN_A_ROW = 64;

const readShapes = new KnownShapes();
let texts = 0;
let suspects = 0;

/** JSON.parse of objects of new shapes is slow, and so is scanning every text for them. The result is the same. */
function hasNewShapes(text: string): boolean {
  if (suspects === 0 && ++texts % SCANNED_EVERY !== 0) return false;
  const bytes = Buffer.from(text);
  const scanner = new ValueScanner(bytes, NO_LIMITS, readShapes);
  scanner.scan(0, bytes.length, false);
  suspects = scanner.hasNewShapes ? SCANNED_IN_A_ROW : Math.max(0, suspects - 1);
  return scanner.hasNewShapes;
}

const LINE_BREAK = /\r\n|\n|\r/g;

/** In the terms of V8. */
function notJson(text: string, position: number): UnparsedJson {
  if (position === text.length) return { ok: false, detail: 'not JSON: the text ends too early', endsEarly: true };
  const before = text.slice(0, position);
  const lines = before.match(LINE_BREAK)?.length ?? 0;
  const column = position - Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r'));
  const place = `at position ${position} (line ${lines + 1} column ${column})`;
  return { ok: false, detail: `not JSON: unexpected character ${place}`, endsEarly: false, position };
}

/** `{"a":1,` is device data and not repeated in an answer or a log line: only the kind of error and its index. */
function withoutInput(error: Error): UnparsedJson {
  const found = /at position (\d+)( \(line \d+ column \d+\))?/.exec(error.message);
  if (found !== null) {
    const detail = `not JSON: unexpected character ${found[0]}`;
    return { ok: false, detail, endsEarly: false, position: Number(found[1]) };
  }
  const endsEarly = error.message.includes('end of JSON input');
  return { ok: false, detail: endsEarly ? 'not JSON: the text ends too early' : 'not JSON', endsEarly };
}
