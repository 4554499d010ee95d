import { Readable } from 'node:stream';
import { constants, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { ProblemError } from '@sluice/http';
import { zstdFrames } from './zstd-frames.js';

export type ContentCoding = 'identity' | 'gzip' | 'deflate' | 'zstd';

const CODINGS: Readonly<Record<string, ContentCoding>> = {
  identity: 'identity',
  gzip: 'gzip',
  'x-gzip': 'gzip',
  deflate: 'deflate',
  zstd: 'zstd',
};

/** @throws ProblemError `unsupported-encoding` for any other coding and for more than one */
export function contentCodingOf(header: string | undefined): ContentCoding {
  if (header === undefined) return 'identity';
  const coding = header.trim().toLowerCase();
  if (Object.hasOwn(CODINGS, coding)) return CODINGS[coding]!;
  const detail = 'Send the body plain or with one Content-Encoding: gzip, deflate or zstd.';
  const errors = [{ pointer: 'header:content-encoding', code: 'unsupported-encoding', detail }];
  throw new ProblemError('unsupported-encoding', detail, { errors });
}

/** RFC 9659: a zstd window in HTTP has 8 MiB at most. A larger one would use memory that no limit counts. */
const MAX_ZSTD_WINDOW_LOG = 23;
const OPTIONS = { chunkSize: 64 * 1024 };

/** A body on its way out of its coding. */
export interface Inflation {
  /** The inflated bytes. It fails for a stream that is cut or damaged. */
  source: Readable;
  /** Whether all bytes of the body belonged to it; after its end. Node drops what follows a stream silently. */
  isWhole: () => boolean;
}

/** Decompresses all members of a gzip body and all frames of a zstd body, as RFC 1952 and RFC 8878 require. */
export function inflation(bytes: Buffer, coding: Exclude<ContentCoding, 'identity'>): Inflation {
  if (coding === 'zstd') return zstdInflation(bytes);
  const inflater = coding === 'gzip' ? createGunzip(OPTIONS) : createInflate(OPTIONS);
  inflater.end(bytes);
  return { source: inflater, isWhole: () => inflater.bytesWritten === bytes.length };
}

/** Node ends a stream where a frame ends within a chunk, so that each frame is a chunk. */
function zstdInflation(bytes: Buffer): Inflation {
  const params = { [constants.ZSTD_d_windowLogMax]: MAX_ZSTD_WINDOW_LOG };
  const inflater = createZstdDecompress({ ...OPTIONS, params });
  Readable.from(zstdFrames(bytes)).pipe(inflater);
  return { source: inflater, isWhole: () => inflater.bytesWritten === bytes.length };
}
