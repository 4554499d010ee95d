import { readFileSync } from 'node:fs';

/** One option of the command line: given as text, and checked. */
export interface Option<T> {
  /** As it would be written on the command line. */
  fallback: string;
  allowed: string;
  says: string;
  /** `undefined` for what is not allowed. */
  parse(text: string): T | undefined;
}

export function number(
  fallback: number,
  { min, max, isWhole = false }: { min: number; max: number; isWhole?: boolean },
  says: string,
): Option<number> {
  const parse = (text: string): number | undefined => {
    const value = text.trim() === '' ? NaN : Number(text);
    return value >= min && value <= max && (!isWhole || Number.isInteger(value)) ? value : undefined;
  };
  return {
    fallback: String(fallback),
    allowed: `a ${isWhole ? 'whole ' : ''}number from ${min} to ${max}`,
    says,
    parse,
  };
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const LONGEST_MS = 86_400_000;

export function duration(fallback: string, says: string): Option<number> {
  const parse = (text: string): number | undefined => {
    const [, count, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
    const ms = Number(count) * (UNITS_MS[unit ?? ''] ?? NaN);
    return ms >= 1 && ms <= LONGEST_MS ? ms : undefined;
  };
  return { fallback, allowed: 'a time like 500ms, 30s, 5m or 1h, up to a day', says, parse };
}

export function urls(fallback: string, says: string): Option<string[]> {
  const parse = (text: string): string[] | undefined => {
    const list = text.split(',').map((url) => url.trim().replace(/\/$/, ''));
    return list.every((url) => /^https?:\/\/[^\s?#@]+$/.test(url) && URL.canParse(url)) &&
      new Set(list).size === list.length
      ? list
      : undefined;
  };
  return { fallback, allowed: 'http:// or https:// URLs without user and query, each once', says, parse };
}

export function flag(says: string): Option<boolean> {
  return { fallback: '', allowed: 'no value', says, parse: (text) => text === 'true' };
}

export function oneOf<T extends string>(choices: readonly T[], fallback: T, says: string): Option<T> {
  const parse = (text: string): T | undefined => choices.find((choice) => choice === text);
  return { fallback, allowed: `one of ${choices.join(', ')}`, says, parse };
}

export function someOf<T extends string>(choices: readonly T[], says: string): Option<T[]> {
  const parse = (text: string): T[] | undefined => {
    const named = text.split(',').filter(Boolean);
    return named.every((name) => choices.includes(name as T)) ? (named as T[]) : undefined;
  };
  return { fallback: '', allowed: `any of ${choices.join(', ')}`, says, parse };
}

export function token(says: string): Option<string> {
  const parse = (path: string): string | undefined => {
    if (path === '') return '';
    try {
      return /^[!-~]+$/.exec(readFileSync(path, 'utf8').trim())?.[0];
    } catch {
      return undefined;
    }
  };
  return { fallback: '', allowed: 'a file that can be read and has one token in it', says, parse };
}
