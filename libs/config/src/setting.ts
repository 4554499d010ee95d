/** One key of the environment: how its text becomes a value, and what a person must know of it. */
export interface Setting<T> {
  key: string;
  fallback: T;
  /** What is allowed, as one phrase. */
  allowed: string;
  description: string;
  /** @returns `undefined` if the text is not allowed */
  parse: (text: string) => T | undefined;
}

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

export function oneOf<const T extends string>(
  key: string,
  fallback: T,
  values: readonly T[],
  description: string,
): Setting<T> {
  return {
    key,
    fallback,
    allowed: values.join(' or '),
    description,
    parse: (text) => values.find((value) => value === text),
  };
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
