import { ArchiveError } from './archive-error.js';
import type { ObjectStoreConfig } from './archive.settings.js';
import { FileObjectStore } from './file-object-store.js';
import type { ObjectStore } from './object-store.js';

/**
 * The one switch that selects the object store. The client of S3 is loaded only where it is used.
 *
 * @throws ArchiveError `invalid-url`
 */
export async function openObjectStore(config: ObjectStoreConfig): Promise<ObjectStore> {
  const { archiveUrl: url } = config;
  if (url.startsWith('file:')) return new FileObjectStore(url);
  if (!url.startsWith('s3://')) throw new ArchiveError('invalid-url', 'ARCHIVE_URL must begin with s3:// or file:.');
  const { S3ObjectStore } = await import('./s3/s3-object-store.js');
  return new S3ObjectStore(config);
}
