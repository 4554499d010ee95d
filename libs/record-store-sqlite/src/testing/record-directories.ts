import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecordStoreOptions } from '@sluice/record-store';

/** Directories for embedded record stores, removed after the suite. */
export class RecordDirectories {
  private readonly made: string[] = [];

  create(): string {
    const directory = mkdtempSync(join(tmpdir(), 'sluice-records-'));
    this.made.push(directory);
    return directory;
  }

  remove(): void {
    for (const directory of this.made.splice(0)) rmSync(directory, { recursive: true });
  }
}

export function embeddedOptions(directory: string): RecordStoreOptions {
  return { url: `file:${directory}`, clientId: 'suite', timeoutMs: 10_000 };
}
