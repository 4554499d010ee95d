interface SourceContext {
  source?: string;
}

interface ExactJson {
  parse(text: string, reviver: (key: string, value: unknown, context: SourceContext) => unknown): unknown;
  rawJSON?(text: string): unknown;
}

const exact = JSON as unknown as ExactJson;

/**
 * Reads JSON without changing whole numbers beyond 2^53: they are kept as written, and `JSON.stringify` writes them back
 * unchanged.
 * A browser without `JSON.rawJSON` (before 2025) shows the nearest number.
 */
export function parseExact(text: string): unknown {
  const { rawJSON } = exact;
  if (rawJSON === undefined) return JSON.parse(text);
  return exact.parse(text, (_key, value, { source }) => {
    const isChanged = typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);
    return isChanged && source !== undefined && /^-?\d+$/.test(source) ? rawJSON(source) : value;
  });
}

/** A number that a chart can draw, or `undefined`. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return isRaw(value) ? Number(value.rawJSON) : undefined;
}

export function isRaw(value: unknown): value is { rawJSON: string } {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null && 'rawJSON' in value;
}
