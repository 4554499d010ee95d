import { type JsonValue, valueAtSteps } from '@sluice/contracts';
import type { SampledValue } from './record-reader.js';

/**
 * The value at a path of a payload, as a value of a series.
 *
 * @param path the steps of a JSON Pointer, unescaped
 */
export function sampleOf(payload: JsonValue, path: readonly string[]): SampledValue {
  const value = valueAtSteps(payload, path);
  if (value === undefined) return 'missing';
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : 'non-numeric';
}
