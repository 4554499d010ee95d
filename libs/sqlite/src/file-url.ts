import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `file:./data` and `file:data` are relative to the working directory; `file:///var/data` is absolute. */
export function directoryOf(url: string): string {
  return url.startsWith('file://') ? fileURLToPath(url) : resolve(url.slice('file:'.length));
}
