import type { ProblemEntry } from '@sluice/contracts';
import type { PlainEvents } from './plain-events.js';

/** A record that JSON could be read from. `problems`: what reading it has changed silently; pointers are below the record. */
export interface ReadableRecord {
  state: 'read';
  value: unknown;
  /** Whether whole numbers in digits beyond 2^53 - 1 were read as bigints. */
  isExact: boolean;
  /** Whether a number of it may be one that JSON.stringify changes. */
  mayHaveRareNumbers: boolean;
  /** Texts of the numbers of its fields; empty unless it was read exactly. */
  fieldNumbers: ReadonlyMap<string, string>;
  problems: readonly ProblemEntry[];
}

/** A line that is not JSON. */
export interface UnreadableRecord {
  state: 'unreadable';
  code: 'invalid-json' | 'invalid-utf8';
  detail: string;
  /** Where it is not JSON. */
  entry?: ProblemEntry;
}

/** A record that exceeds a limit of the scan and is therefore not parsed. */
interface ExcessiveRecord {
  state: 'excessive';
  problems: readonly ProblemEntry[];
}

export type SubmittedRecord = ReadableRecord | UnreadableRecord | ExcessiveRecord;

/** The records in the order of the body. Each is parsed when it is read, so that the parsed form of one is held at a time. */
export interface SubmittedRecords {
  readonly length: number;
  /**
   * @param isExact whether whole numbers in digits beyond 2^53 - 1 are read as bigints, and texts of numbers kept: see `parseScanned`
   * @throws RefusedError `invalid-json`: the body is not JSON in this record
   */
  read(index: number, isExact?: boolean): SubmittedRecord;
  /**
   * The events of those records that need not be parsed; left out where each has to be.
   *
   * @param receivedAt RFC 3339
   * @param newId makes the id of a record that has none
   */
  plainEvents?(receivedAt: string, newId: () => string): PlainEvents;
  /** Bytes of the body that the record takes. */
  bytesOf(index: number): number;
}

/** What one request submits: a single record, or many. */
export interface Submission {
  isBatch: boolean;
  /** Whether its sender has no clock: then a record without timestamp has that of its receipt, whatever the settings say. */
  isClockless?: boolean;
  records: SubmittedRecords;
}
