import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { COMPLETE_THROUGH_HEADER } from '@sluice/contracts';
import { ACCESS_PROBLEMS, ApiProblems } from '@sluice/http';
import { SEED_RECORD } from '../query-docs.js';

const NDJSON = `${JSON.stringify(SEED_RECORD)}\n{"sluice_end":{"complete":true,"records":1}}\n`;
const CSV =
  'device_id,record_id,timestamp,timestamp_sent,timestamp_source,received_at,stored_at,/gene_count\r\n' +
  'dev-2,01992f6b-5f00-7c3a-9d4e-0b1f7c2a9e11,2025-09-09T17:00:00Z,,,2025-09-09T17:00:01.250Z,2025-09-09T17:00:01.500Z,12\r\n';

/** OpenAPI description of `GET /export`. */
export function DescribesExport(): MethodDecorator {
  return applyDecorators(
    ApiTags('reading'),
    ApiOperation({
      operationId: 'exportRecords',
      summary: 'All records of a device, or of a range of time',
      description:
        'Newest `timestamp` first, as fast as the client reads. ndjson has a line for each record, after every 1000 records a line ' +
        '`{"sluice_cursor":"..."}` for `after`, and at the end `{"sluice_end":{"complete":true,"records":n}}`: without that line it ' +
        'is not complete. An error breaks the connection off. csv has the columns that are asked for; a text that begins with ' +
        '`=`, `+`, `-`, `@`, a tab or a carriage return has an apostrophe before it.',
    }),
    ApiResponse({
      status: 200,
      description: 'The records.',
      headers: {
        [COMPLETE_THROUGH_HEADER]: {
          description:
            'As `complete_through` of other answers, when the export began; left out where it is not known. RFC 3339.',
          schema: { type: 'string', format: 'date-time' },
        },
      },
      content: {
        'application/x-ndjson': { schema: { type: 'string' }, example: NDJSON },
        'text/csv': { schema: { type: 'string' }, example: CSV },
      },
    }),
    ApiProblems('invalid-parameter', 'invalid-cursor', ...ACCESS_PROBLEMS),
    ApiProblems('query-unavailable', 'overloaded', 'stopping', 'buffer-behind'),
  );
}
