import type { JsonValue } from '@sluice/contracts';
import type { SampledValue } from './record-reader.js';

/**
 * What a payload has at a place. Steps of an array are its indexes in digits, without leading zeros; `-` names nothing.
 *
 * @param path the steps of a JSON Pointer, unescaped
 */
export function sampleOf(payload: JsonValue, path: readonly string[]): SampledValue {
  let value: JsonValue | undefined = payload;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return 'missing';
    if (step === 'length' && Array.isArray(value)) return 'missing';
    value = (value as Record<string, JsonValue>)[step]!;
  }
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : 'non-numeric';
}
