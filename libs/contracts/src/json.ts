import { isAscii, isUtf8 } from 'node:buffer';
import type { JsonObject, JsonValue } from './event.js';

/** A parsed text, or why it is none. `duplicateKeys` are JSON Pointers; where it is not empty, JSON.parse kept only the last. */
export type ParsedJson =
  { ok: true; value: unknown; duplicateKeys: string[]; vanishedNumbers: string[] } | { ok: false; detail: string };

const BYTE_ORDER_MARK = 0xfeff;

/** The text of these bytes without a leading byte order mark, or `undefined` if they are not UTF-8. Never replaces a byte. */
export function decodeUtf8(bytes: Buffer): string | undefined {
  if (isAscii(bytes)) return bytes.toString('latin1');
  if (!isUtf8(bytes)) return undefined;
  const text = bytes.toString('utf8');
  return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
}

/**
 * JSON.parse that also reports what JSON.parse changes in silence: a key that stands twice in one object, and a number
 * that is not zero and too small for a double. (A number too large becomes Infinity, which the payload check refuses.)
 */
export function parseJson(text: string): ParsedJson {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { ok: false, detail: withoutInput(error as Error) };
  }
  const scan = scanJson(text);
  const isSuspect = scan.members !== countMembers(value) || scan.hasTinyExponent;
  const changed = isSuspect ? findChanges(text) : NOTHING_CHANGED;
  return { ok: true, value, ...changed };
}

/** `{"a":1,` is not repeated in an answer or a log: it is the device's data. Only what and where. */
function withoutInput(error: Error): string {
  const position = /at position \d+( \(line \d+ column \d+\))?/.exec(error.message)?.[0];
  if (position !== undefined) return `not JSON: unexpected character ${position}`;
  return error.message.includes('end of JSON input') ? 'not JSON: the text ends too early' : 'not JSON';
}

const QUOTE = 34;
const BACKSLASH = 92;
const COLON = 58;
const MINUS = 45;

interface JsonScan {
  members: number;
  hasTinyExponent: boolean;
}

/** One pass over the text of valid JSON. A colon outside of a string is one member of one object. */
function scanJson(text: string): JsonScan {
  let members = 0;
  let hasTinyExponent = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === COLON) members++;
    else if (code === MINUS && isThreeDigitExponent(text, at)) hasTinyExponent = true;
  }
  return { members, hasTinyExponent };
}

/** Index of the quote that ends the string which begins at `at`. */
function endOfString(text: string, at: number): number {
  let end = text.indexOf('"', at + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}

/** The smallest double is 5e-324: an exponent of fewer than three digits needs hundreds of digits before it to vanish. */
function isThreeDigitExponent(text: string, minusAt: number): boolean {
  return (text.charCodeAt(minusAt - 1) | 32) === 101 && /^\d{3}/.test(text.slice(minusAt + 1, minusAt + 4));
}

/** Members of all objects below `value`, counted without recursion: depth is not checked yet. */
function countMembers(value: unknown): number {
  let members = 0;
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (Array.isArray(next)) {
      for (const item of next) if (typeof item === 'object') open.push(item);
    } else if (next !== null && typeof next === 'object') {
      for (const key in next) {
        members++;
        const item = (next as JsonObject)[key];
        if (typeof item === 'object') open.push(item);
      }
    }
  }
  return members;
}

interface JsonChanges {
  duplicateKeys: string[];
  vanishedNumbers: string[];
}

const NOTHING_CHANGED: JsonChanges = { duplicateKeys: [], vanishedNumbers: [] };

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[[\]{},:]/gs;

interface OpenContainer {
  isObject: boolean;
  seen: Set<string>;
  key: string;
  index: number;
}

/** Walks the tokens of valid JSON and names each place that JSON.parse changed. Slow; for suspects only. */
function findChanges(text: string): JsonChanges {
  const changes: JsonChanges = { duplicateKeys: [], vanishedNumbers: [] };
  const open: OpenContainer[] = [];
  let expectsKey = false;
  for (const [token] of text.matchAll(TOKEN)) {
    const top = open.at(-1);
    if (token === '{' || token === '[') {
      open.push({ isObject: token === '{', seen: new Set(), key: '', index: 0 });
      expectsKey = token === '{';
    } else if (token === '}' || token === ']') {
      open.pop();
    } else if (token === ',') {
      top!.index++;
      expectsKey = top!.isObject;
    } else if (expectsKey && token !== ':') {
      top!.key = JSON.parse(token) as string;
      if (top!.seen.has(top!.key)) changes.duplicateKeys.push(pointerTo(open));
      top!.seen.add(top!.key);
      expectsKey = false;
    } else if (isVanished(token)) {
      changes.vanishedNumbers.push(pointerTo(open));
    }
  }
  return changes;
}

function isVanished(token: string): boolean {
  return token !== ':' && !token.startsWith('"') && Number(token) === 0 && /[1-9]/.test(token.split(/e/i)[0]!);
}

function pointerTo(open: readonly OpenContainer[]): string {
  return open.map(({ isObject, key, index }) => pointerStep(isObject ? key : index)).join('');
}

/** One step of a JSON Pointer (RFC 6901), escaped. */
export function pointerStep(step: string | number): string {
  return typeof step === 'number' ? `/${step}` : `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** JSON.stringify that keeps the sign of -0, the one number that JSON.stringify changes. */
export function stringifyExact(value: unknown): string {
  return hasNegativeZero(value) ? writeExact(value as JsonValue) : JSON.stringify(value);
}

function hasNegativeZero(value: unknown): boolean {
  if (typeof value === 'number') return Object.is(value, -0);
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(hasNegativeZero);
  for (const key in value) if (hasNegativeZero((value as JsonObject)[key])) return true;
  return false;
}

function writeExact(value: JsonValue): string {
  if (Object.is(value, -0)) return '-0';
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(writeExact).join(',')}]`;
  const members = Object.entries(value).filter(([, item]) => item !== undefined);
  return `{${members.map(([key, item]) => `${JSON.stringify(key)}:${writeExact(item)}`).join(',')}}`;
}
