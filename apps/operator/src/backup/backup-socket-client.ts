import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { FileError } from './embedded-files.js';

/**
 * Asks a running service by the socket in its DATA_DIR.
 *
 * @returns false if no service listens there
 * @throws FileError with what the service says; the abortion of the signal
 */
export function askRunning(socketPath: string, path: string, body: object, signal?: AbortSignal): Promise<boolean> {
  if (!existsSync(socketPath)) return Promise.resolve(false);
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const asking = request({ socketPath, path, method: 'POST', ...(signal && { signal }) }, (response) => {
    let text = '';
    response.on('data', (part: Buffer) => (text += part.toString()));
    response.on('end', () => {
      if (response.statusCode === 200) resolve(true);
      else reject(new FileError(`The running service cannot make the backup: ${detailIn(text)}.`));
    });
    response.on('error', reject);
  });
  asking.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(false);
    else if (error.code === 'EACCES')
      reject(new FileError(`${socketPath} belongs to another user; run this as the user of the service.`));
    else if (error.name === 'AbortError') reject(error);
    else reject(new FileError('The running service stopped during the backup; no files are left.'));
  });
  asking.end(JSON.stringify(body));
  return promise;
}

function detailIn(text: string): string {
  try {
    return String((JSON.parse(text) as { detail?: unknown }).detail).replace(/\.$/, '');
  } catch {
    return 'its answer is unreadable';
  }
}
