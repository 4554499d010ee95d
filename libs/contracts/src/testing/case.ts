import type { DeviceReport } from '../event.js';
import type { FieldProblemCode } from '../field-problem.js';

/** One text of a record and what must become of it, whichever way it is checked. */
export interface ReportCase {
  name: string;
  /** The JSON text of one record, as a device would send it. */
  body: string;
  /** `accepted`, or the one thing that is wrong. */
  verdict: 'accepted' | { pointer: string; code: FieldProblemCode };
  /** The published JSON Schema takes it: the rule is one that JSON Schema cannot express, or sees only after parsing. */
  beyondSchema?: true;
}

/** JSON texts of the fields of a record; `undefined` leaves a field out. */
type FieldTexts = Partial<Record<keyof DeviceReport, string | undefined>>;

const SEED: FieldTexts = {
  device_id: '"dev-2"',
  timestamp: '"2025-09-09T17:00:00Z"',
  data_payload: '{"gene_count":12,"sample_quality":0.98}',
};

/** The JSON text of a good record with some fields replaced. The texts are not parsed: `1e400` stays `1e400`. */
export function recordText(fields: FieldTexts = {}, extra = ''): string {
  const members = Object.entries({ ...SEED, ...fields }).filter(([, text]) => text !== undefined);
  return `{${members.map(([name, text]) => `"${name}":${text}`).join(',')}${extra}}`;
}

export function accepted(name: string, body: string): ReportCase {
  return { name, body, verdict: 'accepted' };
}

export function refused(name: string, body: string, pointer: string, code: FieldProblemCode): ReportCase {
  return { name, body, verdict: { pointer, code } };
}

export function beyondSchema(row: ReportCase): ReportCase {
  return { ...row, beyondSchema: true };
}
