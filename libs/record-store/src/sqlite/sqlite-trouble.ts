import { RecordStoreError } from '../record-store.js';

/** What a person can do about SQLite's primary result codes. https://www.sqlite.org/rescode.html */
const ADVICE: Readonly<Record<number, string>> = {
  5: 'another process uses it: stop that one, or give this one another directory in its record store URL',
  8: 'it cannot be written: check the permissions of the file and its directory',
  10: 'the disk failed to read or write: check it',
  11: 'it is damaged: move it away with its -wal file, or bring it back from a backup',
  13: 'the disk is full: make room',
  14: 'it cannot be opened: check that its directory exists and can be written',
  26: 'it is not a database: move it away, or give another directory in the record store URL',
};

/** What the thread says about a call that failed; `errcode` is SQLite's result code, where the trouble is SQLite's. */
export interface CallFailure {
  message: string;
  errcode: number | undefined;
}

export function fileTrouble(file: string, failure: CallFailure): RecordStoreError {
  const advice = failure.errcode === undefined ? undefined : ADVICE[failure.errcode & 0xff];
  return unavailable(`${file}: ${advice ?? failure.message}`, failure);
}

export function unavailable(reason: string, cause?: unknown): RecordStoreError {
  return new RecordStoreError('unavailable', `The record store is unavailable: ${reason}.`, { cause });
}
