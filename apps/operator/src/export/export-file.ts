import { existsSync } from 'node:fs';
import { CommandError } from '../command.js';
import type { ExportedRecord, Place } from './export-lines.js';

/** Where an export is written. Until it is complete, its file has another name. */
export interface ExportFile {
  /** The last record that an earlier run has written. */
  readonly after: Place | undefined;
  add(exported: ExportedRecord): void;
  /** All of it is there: gives the file its name. */
  finish(): void;
  /** Leaves what there is. */
  close(): void;
}

export function partialOf(path: string): string {
  return `${path}.partial`;
}

/** @throws CommandError if the file is there already */
export function requireFree(path: string): void {
  if (existsSync(path)) throw new CommandError(`${path} is there already; name another file with --out.`);
}
