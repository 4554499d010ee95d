import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { readExactJson } from '@sluice/contracts';
import { CommandError } from '../command.js';
import { type ExportFile, partialOf, requireFree } from './export-file.js';
import type { ExportedRecord, Place } from './export-lines.js';

const BUFFERED_CHARACTERS = 1024 * 1024;

/** A line for each record. What a run that was broken off has written is gone on with. */
export class NdjsonFile implements ExportFile {
  readonly after: Place | undefined;
  private readonly file: number;
  private buffered = '';

  /** @throws CommandError if the file is there already, or a part of it that is not to be gone on with */
  constructor(
    private readonly path: string,
    isResumed: boolean,
  ) {
    requireFree(path);
    const partial = partialOf(path);
    if (existsSync(partial) && !isResumed)
      throw new CommandError(`${partial} is left of an earlier run: go on with --resume, or delete it.`);
    this.file = openSync(partial, 'a+', 0o600);
    this.after = lastRecordIn(this.file);
  }

  add({ line }: ExportedRecord): void {
    this.buffered += `${line}\n`;
    if (this.buffered.length >= BUFFERED_CHARACTERS) this.flush();
  }

  finish(): void {
    this.flush();
    fsyncSync(this.file);
    closeSync(this.file);
    renameSync(partialOf(this.path), this.path);
  }

  close(): void {
    this.flush();
    closeSync(this.file);
  }

  private flush(): void {
    const bytes = Buffer.from(this.buffered);
    this.buffered = '';
    for (let at = 0; at < bytes.length;) at += writeSync(this.file, bytes, at);
  }
}

const NEWLINE = 0x0a;
const FIRST_WINDOW_BYTES = 64 * 1024;

/** The record of the last whole line; what comes after that line is cut off. */
function lastRecordIn(file: number): Place | undefined {
  const { size } = fstatSync(file);
  for (let window = FIRST_WINDOW_BYTES; ; window *= 2) {
    const bytes = Buffer.alloc(Math.min(size, window));
    readSync(file, bytes, 0, bytes.length, size - bytes.length);
    const end = bytes.lastIndexOf(NEWLINE);
    const begin = end <= 0 ? -1 : bytes.lastIndexOf(NEWLINE, end - 1);
    if (begin === -1 && bytes.length < size) continue;
    ftruncateSync(file, size - bytes.length + end + 1);
    return end === -1 ? undefined : (readExactJson(bytes.toString('utf8', begin + 1, end)) as Place);
  }
}
