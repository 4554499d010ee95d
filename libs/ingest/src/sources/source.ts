import type { JsonValue } from '@sluice/contracts';

/** A request of a sender with another message format. */
export interface SourceRequest {
  body: JsonValue;
  query: Readonly<Record<string, string>>;
  /** By names in lower case. */
  headers: Readonly<Record<string, string | undefined>>;
  /** When it arrived, in milliseconds since 1970. */
  atMs: number;
}

/** One record as a source reads it; its fields have not been checked. */
export interface MappedRecord {
  device_id: JsonValue;
  timestamp?: JsonValue;
  record_id?: JsonValue;
  data_payload: JsonValue;
}

/** A place that a source reads and the body does not have. */
export interface MissingPlace {
  /** JSON Pointer into the body; the first one that was looked for. */
  pointer: string;
  /** What was to be read there: `device_id`, `payload`, `each`. */
  field: string;
}

export type MappingResult = MappedRecord | MissingPlace;

export function isMissing(result: MappingResult): result is MissingPlace {
  return 'field' in result;
}

/** How the requests of one sender become records. */
export interface Source {
  name: string;
  /** Whether its OPTIONS is answered with the handshake of CloudEvents webhooks. */
  hasHandshake: boolean;
  /** Whether it never says a time, so that the time of receipt takes its place. */
  isClockless: boolean;
  /** @param ignoresTransport whether conditions on the query and on headers count as met */
  matches(request: SourceRequest, ignoresTransport?: boolean): boolean;
  /** @returns a result for each record of the request, in its order */
  read(request: SourceRequest): MappingResult[];
}

/** A wrong SOURCES_FILE. The message names the source, the key and the fix. */
export class SourcesError extends Error {
  override readonly name = 'SourcesError';
  readonly code = 'invalid-sources';
}
