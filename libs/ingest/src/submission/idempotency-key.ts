import type { JsonObject, ProblemEntry } from '@sluice/contracts';
import { RefusedError } from '../refusal.js';

/** Makes the header `Idempotency-Key` the `record_id` of a report. @throws RefusedError `key-mismatch` if it has another one */
export function giveKey(report: JsonObject, key: string): void {
  if (Object.hasOwn(report, 'record_id') && report['record_id'] !== key) {
    throw keyMismatch('Idempotency-Key and record_id mean the same and differ; send one of them.');
  }
  report['record_id'] = key;
}

export function keyMismatch(detail: string): RefusedError {
  const entry: ProblemEntry = { pointer: 'header:idempotency-key', code: 'key-mismatch', detail };
  return new RefusedError({ code: 'key-mismatch', detail, errors: [entry] });
}
