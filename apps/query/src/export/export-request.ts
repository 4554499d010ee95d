import { parseTimestamp, type ProblemEntry } from '@sluice/contracts';
import type { ExportFormat, ExportQueryDto } from '@sluice/contracts/dto';
import type { RecordFilter } from '@sluice/record-store';
import { invalidParameter } from '@sluice/http';
import { windowProblems } from '../series/series-request.js';

export interface ExportRequest {
  filter: RecordFilter;
  format: ExportFormat;
  /** JSON Pointers; for csv. */
  columns: readonly string[];
  /** A cursor, or the ids of a record. */
  after: string | undefined;
}

/**
 * @param accept the header of the request
 * @throws ProblemError `invalid-parameter`
 */
export function exportRequest(query: ExportQueryDto, accept: string | undefined): ExportRequest {
  const format = query.format ?? (/\btext\/csv\b/i.test(accept ?? '') ? 'csv' : 'ndjson');
  const filter = filterOf(query);
  const errors = [...windowProblems(filter.fromMs, filter.toMs), ...faults(query, format)];
  if (errors.length > 0) throw invalidParameter(errors);
  return { filter, format, columns: query.columns?.split(',') ?? [], after: query.after };
}

function filterOf({ device_id, from, to }: ExportQueryDto): RecordFilter {
  return {
    ...(device_id !== undefined && { deviceId: device_id }),
    ...(from !== undefined && { fromMs: parseTimestamp(from)! }),
    ...(to !== undefined && { toMs: parseTimestamp(to)! }),
  };
}

function faults({ device_id, from, columns }: ExportQueryDto, format: ExportFormat): ProblemEntry[] {
  const found: ProblemEntry[] = [];
  if (device_id === undefined && from === undefined) {
    const detail = 'Give device_id, or from and to: an export is of one device or of a range of time.';
    found.push({ pointer: '?device_id', code: 'required', detail });
  }
  if (format === 'csv' && columns === undefined) {
    const detail =
      'csv needs columns: JSON Pointers into data_payload with commas between them, for example /temp,/hum.';
    found.push({ pointer: '?columns', code: 'required', detail });
  }
  if (format === 'ndjson' && columns !== undefined) {
    found.push({ pointer: '?columns', code: 'value', detail: 'columns is for format=csv; ndjson has whole records.' });
  }
  return found;
}
