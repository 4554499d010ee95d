import { constants } from 'node:fs';
import { copyFile, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DeviceError } from '../device-error.js';
import type { Storage } from '../queue/storage.js';
import type { LogEntry } from '../signals.js';
import { HEADER, readJournal, type JournalContents } from './journal.js';
import { QueueFile } from './queue-file-writer.js';

const openPaths = new Set<string>();

/**
 * Opens a queue that outlives the process, also by kill -9 and power loss: give it to a device as `queue.storage`.
 * Makes the file if there is none. What a crash cut short at its end is cut off; where the file is damaged before its end,
 * everything that can be read is kept and a copy of the file is left next to it. Both are logged by the device.
 *
 * One file belongs to one device in one process.
 *
 * @throws DeviceError `queue-file-foreign` if the file is something else, `queue-file-in-use` if this process has it open already,
 *   `queue-file-unreadable` if it cannot be read or made
 */
export async function openQueueFile(path: string): Promise<Storage> {
  const fullPath = resolve(path);
  if (openPaths.has(fullPath)) throw new DeviceError('queue-file-in-use', `${path} is open already in this process.`);
  openPaths.add(fullPath);
  try {
    return await openExclusively(fullPath);
  } catch (cause) {
    openPaths.delete(fullPath);
    if (cause instanceof DeviceError) throw cause;
    throw new DeviceError('queue-file-unreadable', `${path} cannot be read or created: ${(cause as Error).message}`, {
      cause,
    });
  }
}

async function openExclusively(path: string): Promise<Storage> {
  const contents = await readContents(path);
  const findings = await inspect(path, contents);
  const queueFile = new QueueFile(path, contents.records, findings, () => openPaths.delete(path));
  await queueFile.rewrite();
  return queueFile;
}

async function readContents(path: string): Promise<JournalContents> {
  const file = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  });
  if (file.length === 0) return { records: new Map(), damagedLines: 0, tornBytes: 0 };
  if (file.toString('latin1', 0, HEADER.length) !== HEADER) {
    throw new DeviceError('queue-file-foreign', `${path} is not a queue file. Move it away, or choose another path.`);
  }
  return readJournal(file);
}

async function inspect(path: string, { damagedLines, tornBytes }: JournalContents): Promise<LogEntry[]> {
  const findings: LogEntry[] = [];
  if (tornBytes > 0) {
    const message = `${path}: ${tornBytes} bytes at the end were cut short by a crash. They were never confirmed, and are left out.`;
    findings.push({ level: 'warn', code: 'queue-file-torn', message });
  }
  if (damagedLines > 0) {
    const copy = `${path}.damaged-${Date.now()}`;
    await copyFile(path, copy, constants.COPYFILE_EXCL);
    const message = `${path}: ${damagedLines} lines are damaged; the others are kept, and the file as it was is in ${copy}.`;
    findings.push({ level: 'error', code: 'queue-file-damaged', message });
  }
  return findings;
}
