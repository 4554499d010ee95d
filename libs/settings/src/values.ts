import type { Setting } from './setting.js';

interface Range {
  min: number;
  max: number;
}

export function wholeNumber(key: string, fallback: number, { min, max }: Range, description: string): Setting<number> {
  const parse = (text: string): number | undefined => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    return value >= min && value <= max ? value : undefined;
  };
  return { key, fallback, allowed: `a whole number from ${min} to ${max}`, description, parse };
}

/** A number from 0 to 1. */
export function ratio(key: string, fallback: number, description: string): Setting<number> {
  const parse = (text: string): number | undefined => {
    const value = /^\d*\.?\d+$/.test(text) ? Number(text) : NaN;
    return value <= 1 ? value : undefined;
  };
  return { key, fallback, allowed: 'a number from 0 to 1', description, parse };
}

export function oneOf<const T extends string>(
  key: string,
  fallback: T,
  values: readonly T[],
  description: string,
): Setting<T> {
  const parse = (text: string): T | undefined => values.find((value) => value === text);
  return { key, fallback, allowed: values.join(' or '), description, parse };
}

export function text(
  key: string,
  fallback: string,
  pattern: RegExp,
  allowed: string,
  description: string,
): Setting<string> {
  return { key, fallback, allowed, description, parse: (value) => (pattern.test(value) ? value : undefined) };
}

/** The name of a file; empty if it is not set. */
export function file(key: string, description: string): Setting<string> {
  return text(key, '', /./, 'a file', description);
}
