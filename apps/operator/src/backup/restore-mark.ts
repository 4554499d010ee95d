import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A file in DATA_DIR while `sluice restore` swaps the files. */
export const RESTORE_MARK = 'restore-in-progress';

/** @throws Error if a restore was interrupted between two files */
export function requireNoRestore(dataDir: string): void {
  if (!existsSync(join(dataDir, RESTORE_MARK))) return;
  const error = new Error(`a restore of ${dataDir} was not completed. Run sluice restore again.`);
  throw Object.assign(error, { name: 'RestoreError', code: 'restore-in-progress' });
}
