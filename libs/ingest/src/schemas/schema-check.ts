import type { ProblemEntry } from '@sluice/contracts';
import type { RecordCheck } from '../record-checks.js';
import { violating } from '../verdict.js';
import type { AppliedSchema, SchemaSet } from './schema-set.js';

/** The error entries of a record whose payload violates its schema. */
type OnViolation = (applied: AppliedSchema, violations: readonly ProblemEntry[]) => void;

/** The check of payloads by the schemas of their devices. */
export interface PayloadSchemas {
  /** As they are now. */
  readonly current: SchemaSet;
  onViolation: OnViolation;
}

/**
 * A record whose payload fits its schema carries its name. One that does not is rejected where the schema is enforced; else it continues
 * as it is, and is counted.
 */
export function fitsSchema(schemas: PayloadSchemas): RecordCheck {
  return (record, { space }) => {
    const applied = schemas.current.of(record.deviceId);
    if (applied === undefined) return undefined;
    const violations = applied.schema.violations(record.payload, record.value.length);
    if (violations.length === 0) {
      record.payloadSchema = applied.schema.name;
      return undefined;
    }
    schemas.onViolation(applied, violations);
    return applied.mode === 'enforce' ? violating(record.pointer, violations, space) : undefined;
  };
}
