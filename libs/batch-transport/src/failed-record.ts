import { decodeEvent, HANDLER_FAILED } from '@sluice/contracts';
import type { LogRecord } from '@sluice/event-log';
import { deadLetter, type DeadLetterOutcome } from './outcome.js';

/** A record on which the handler fails. Its partition is held until the record has an outcome. */
export interface FailedRecord {
  readonly record: LogRecord;
  /** The value that the handler threw at the last attempt. */
  readonly error: unknown;
  /** Calls of the handler that failed on this record. */
  readonly attempts: number;
}

/** The record's location and ids, for a log line. */
export interface RecordNames {
  topic: string;
  partition: number;
  offset: number;
  /** The key of an undecodable record. */
  device_id?: string;
  record_id?: string;
}

export interface ErrorNames {
  name: string;
  message: string;
}

const MAX_NAME_CHARACTERS = 128;
const MAX_MESSAGE_CHARACTERS = 500;
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f]+/g;

export function namesOfRecord({ topic, partition, offset, key, value, headers }: LogRecord): RecordNames {
  const place = { topic, partition, offset };
  const decoded = decodeEvent(value, headers['schema-version']);
  if (decoded.ok) return { ...place, device_id: decoded.event.device_id, record_id: decoded.event.record_id };
  return key === null ? place : { ...place, device_id: oneLine(key.toString('utf8'), MAX_NAME_CHARACTERS) };
}

/** Name and message of the thrown value, each one bounded line. */
export function namesOfError(error: unknown): ErrorNames {
  if (typeof error !== 'object' || error === null) {
    return { name: typeof error, message: oneLine(String(error), MAX_MESSAGE_CHARACTERS) };
  }
  const { name, message } = error as Partial<Record<keyof ErrorNames, unknown>>;
  return {
    name: typeof name === 'string' && name !== '' ? oneLine(name, MAX_NAME_CHARACTERS) : 'Error',
    message: typeof message === 'string' ? oneLine(message, MAX_MESSAGE_CHARACTERS) : 'no message',
  };
}

function oneLine(text: string, maxCharacters: number): string {
  const line = text.slice(0, maxCharacters + 1).replace(CONTROL_CHARACTERS, ' ');
  return line.length > maxCharacters ? `${line.slice(0, maxCharacters)}…` : line;
}

/** The dead letter of a record that has used up its attempts. */
export function handlerFailed({ error, attempts }: FailedRecord): DeadLetterOutcome {
  const { name, message } = namesOfError(error);
  return deadLetter(HANDLER_FAILED, `${name} after ${attempts} attempts: ${message}`);
}
