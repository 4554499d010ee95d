import { checkJson, isSpace, JsonSyntaxError, type ProblemEntry } from '@sluice/contracts';
import { RefusedError } from '../refusal.js';
import { endOfByteOrderMark, type ScannedBody } from './scan-body.js';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const COMMA = 0x2c;
const MINUS = 0x2d;
const CONTINUATION = 0x80;
const CONTINUATION_MASK = 0xc0;
/** Longer words are not JSON and not a known spelling of a missing value. */
const MAX_WORD_LENGTH = 12;

/** Where a text is not JSON, and what is there. */
export interface SyntaxFault {
  /** Index of the byte in the body. */
  at: number;
  /** The end of a sentence that begins with what is not JSON. */
  what: string;
}

/** @param end of the text: a body, a line, or a record of an array. @returns its first fault, `undefined` if it is JSON */
export function faultIn(bytes: Buffer, from: number, end: number): SyntaxFault | undefined {
  try {
    checkJson(bytes, from, end);
    return undefined;
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    return faultAt(bytes, from, error.position, end);
  }
}

/** @param at index of the byte that cannot be there, `end` if the text ends too early */
function faultAt(bytes: Buffer, from: number, at: number, end: number): SyntaxFault {
  if (at >= end) return { at: end, what: end === bytes.length ? endsEarly(end) : 'the text ends too early' };
  const start = startOfWord(bytes, from, at);
  const word = bytes.toString('latin1', start, endOfWord(bytes, at, end)).replace(/^-/, '');
  const meaning = LITERALS.has(word) ? undefined : WORDS[word.toLowerCase()];
  return meaning === undefined ? { at, what: nameOf(bytes, from, at) } : { at: start, what: meaning };
}

function endsEarly(end: number): string {
  return (
    `the text ends too early, at byte ${end}; if the sender had more, its Content-Length is too small: ` +
    'it counts bytes, not characters'
  );
}

/** Says the spellings: MicroPython and C write `nan` and `inf`, which stay invalid with the setting too. */
const NO_NUMBER =
  'send null or leave it out; with JSON_NAN=null the gateway reads NaN, Infinity and -Infinity, in this spelling, as null';
const NAN = `JSON has no NaN: ${NO_NUMBER}`;
const INFINITY = `JSON has no Infinity: ${NO_NUMBER}`;

const LITERALS: ReadonlySet<string> = new Set(['true', 'false', 'null']);

/** In lower case, without a sign. */
const WORDS: Readonly<Record<string, string>> = Object.assign(Object.create(null) as object, {
  nan: NAN,
  infinity: INFINITY,
  inf: INFINITY,
  none: 'JSON has no None: write null, as json.dumps does',
  undefined: 'JSON has no undefined: send null or leave it out',
  nil: 'JSON has no nil: write null',
  true: 'JSON writes true in lower case',
  false: 'JSON writes false in lower case',
  null: 'JSON writes null in lower case',
});

const isLetter = (byte: number | undefined): boolean =>
  byte !== undefined && /[A-Za-z]/.test(String.fromCharCode(byte));

function startOfWord(bytes: Buffer, from: number, at: number): number {
  let start = at;
  while (start > from && at - start < MAX_WORD_LENGTH && isLetter(bytes[start - 1])) start--;
  return start > from && isLetter(bytes[start]) && bytes[start - 1] === MINUS ? start - 1 : start;
}

function endOfWord(bytes: Buffer, at: number, end: number): number {
  let after = at;
  while (after < end && after - at < MAX_WORD_LENGTH && isLetter(bytes[after])) after++;
  return after;
}

const NAMES: Readonly<Record<string, string>> = {
  "'": 'JSON has double quotes only',
  '/': 'JSON has no comments',
  '#': 'JSON has no comments',
  '<': 'this looks like HTML or XML',
  '+': 'JSON has no + before a number',
};

/** What a single character is, as far as it is known for a mistake. */
function nameOf(bytes: Buffer, from: number, at: number): string {
  if (bytes.toString('latin1', at, at + 3) === '\u00ef\u00bb\u00bf')
    return 'a byte order mark is only taken at the very beginning';
  let before = at - 1;
  while (before >= from && isSpace(bytes[before])) before--;
  const character = String.fromCharCode(bytes[at]!);
  if (bytes[at] === COMMA && (before < from || '[{,:'.includes(String.fromCharCode(bytes[before]!)))) {
    return 'there is no value before this comma';
  }
  if (']}'.includes(character) && bytes[before] === COMMA) return 'there is a comma after the last value';
  return NAMES[character] ?? 'unexpected character';
}

interface Place {
  /** Byte whose place it is. */
  at: number;
  line: number;
  column: number;
}

/**
 * The last place that was asked for in a body: the next one is counted from there, so that the places of all faults of a body, which
 * come in their order, cost one pass over it.
 */
const lastPlaces = new WeakMap<Buffer, Place>();

/** Line and column of a byte, from 1; a column is a character. */
function placeOf(bytes: Buffer, end: number): { line: number; column: number } {
  const last = lastPlaces.get(bytes);
  let { at, line, column } = last !== undefined && last.at <= end ? last : { at: 0, line: 1, column: 1 };
  for (; at < end; at++) {
    const byte = bytes[at]!;
    if ((byte & CONTINUATION_MASK) === CONTINUATION) continue;
    column++;
    if (byte !== LINE_FEED && (byte !== CARRIAGE_RETURN || bytes[at + 1] === LINE_FEED)) continue;
    line++;
    column = 1;
  }
  lastPlaces.set(bytes, { at, line, column });
  return { line, column };
}

/**
 * The entry of `errors` for a fault.
 *
 * @param subject what is not JSON: `The body`, `The line`
 * @param index of the record, in an array or in lines
 */
export function syntaxEntry(bytes: Buffer, { at, what }: SyntaxFault, subject: string, index?: number): ProblemEntry {
  const place = placeOf(bytes, at);
  const detail = `${subject} is not JSON: ${what} (byte ${at}, line ${place.line}, column ${place.column}).`;
  const item = index === undefined ? {} : { index };
  return { pointer: index === undefined ? '' : `/${index}`, code: 'syntax', detail, offset: at, ...place, ...item };
}

/** The refusal of a whole body of which only is known that it is not JSON. */
export function notJsonBody(bytes: Buffer): RefusedError {
  const from = endOfByteOrderMark(bytes, 0);
  return notJson(bytes, faultIn(bytes, from, bytes.length) ?? { at: from, what: 'it cannot be read' });
}

/** The refusal of a body that is not JSON. */
export function notJson(bytes: Buffer, fault: SyntaxFault, index?: number): RefusedError {
  const entry = syntaxEntry(bytes, fault, 'The body', index);
  return new RefusedError({ code: 'invalid-json', detail: entry.detail, errors: [entry] });
}

/** @param at where an array cannot continue */
export function brokenOff({ bytes, spans }: ScannedBody, at: number): RefusedError {
  // After a comma, it is the next record that is missing.
  const before = bytes.toString('latin1', 0, at).trimEnd().at(-1);
  return notJson(
    bytes,
    faultAt(bytes, 0, at, bytes.length),
    before === ',' ? spans.length : Math.max(0, spans.length - 1),
  );
}
