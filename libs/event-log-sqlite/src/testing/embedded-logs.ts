import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventLogOptions } from '@sluice/event-log';

/** Directories for embedded logs that one suite uses and removes at its end. */
export class EmbeddedLogs {
  private readonly directories: string[] = [];

  newDirectory(): string {
    const directory = mkdtempSync(join(tmpdir(), 'event-log-'));
    this.directories.push(directory);
    return directory;
  }

  remove(): void {
    for (const directory of this.directories.splice(0)) rmSync(directory, { recursive: true, force: true });
  }
}

/** Options of a log in that directory. */
export function embeddedOptions(directory: string): EventLogOptions {
  return {
    url: `file:${directory}`,
    clientId: 'test',
    publishTimeoutMs: 10_000,
    commitTimeoutMs: 10_000,
    replicationFactor: 1,
  };
}
