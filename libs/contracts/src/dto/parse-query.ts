import type { ProblemEntry } from '../problem.js';
import { checkAsDto } from './rules.js';

export type ParsedQuery<T> = { ok: true; value: T } | { ok: false; errors: ProblemEntry[] };

/**
 * Reads the parameters of a query string into its DTO. A parameter whose default in the DTO is a number is read as one.
 * Never throws: an unknown or repeated parameter and a value out of range are entries with a pointer such as `?limit`.
 *
 * @param raw parameters as the HTTP server parsed them: a text each; anything else is refused
 */
export function parseQuery<T extends object>(Dto: new () => T, raw: object): ParsedQuery<T> {
  const given = Object.entries(raw);
  const texts = given.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const repeated = given.filter(([, value]) => typeof value !== 'string').map(([name]) => repeatedParameter(name));
  const defaults = new Dto();
  const input = texts.map(([name, text]) => [name, isNumeric(defaults, name) ? wholeNumber(text) : text]);
  const { dto, problems } = checkAsDto(Dto, Object.fromEntries(input) as object, unknownParameter);
  const errors = [...repeated, ...problems];
  return errors.length === 0 ? { ok: true, value: dto } : { ok: false, errors };
}

function isNumeric(defaults: object, name: string): boolean {
  return Object.hasOwn(defaults, name) && typeof (defaults as Record<string, unknown>)[name] === 'number';
}

/** Digits only: `Number` alone would take `1e2`, `0x10`, ` 7` and the empty text. */
function wholeNumber(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : NaN;
}

export function unknownParameter(name: string): ProblemEntry {
  return { pointer: `?${name}`, code: 'unknown-parameter', detail: 'This parameter is unknown; leave it out.' };
}

/** For a parameter that is given more than once, or not as a text. */
export function repeatedParameter(name: string): ProblemEntry {
  return { pointer: `?${name}`, code: 'repeated-parameter', detail: 'Give this parameter once, as plain text.' };
}
