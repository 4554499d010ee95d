import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { constants, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { ProblemError } from '@sluice/http';
import { RefusedError, type Refusal, type Ticket } from '@sluice/ingest';
import { joined } from './body-memory.js';
import { bodyTooLarge, type ContentCoding, emptyBody } from './read-head.js';
import { zstdFrames } from './zstd-frames.js';

interface BodyLimits {
  maxBodyBytes: number;
  maxInflatedBytes: number;
}

/**
 * The bytes of the body, inflated. Never holds more than the limits allow, whatever the body would inflate to. Call
 * {@link giveBack} with them when they are not read any more.
 *
 * @throws RefusedError `overloaded`
 * @throws ProblemError `body-too-large`, `invalid-encoding`, `request-timeout`, `invalid-json` if it is empty, `bad-request` if the
 *   connection breaks off
 */
export async function readBody(
  message: IncomingMessage,
  coding: ContentCoding,
  limits: BodyLimits,
  ticket: Ticket,
): Promise<Buffer> {
  const bytes = await collect(message, limits.maxBodyBytes, ticket, brokenOff);
  if (bytes.length === 0) throw emptyBody();
  return coding === 'identity' ? bytes : inflate(bytes, coding, limits.maxInflatedBytes, ticket);
}

/**
 * What stops being collected flows on and is thrown away, so that the client can read its answer.
 *
 * @param broken the problem to name if the source fails
 */
function collect(source: Readable, maxBytes: number, ticket: Ticket, broken: () => ProblemError): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let length = 0;
  const onData = (chunk: Buffer): void => {
    length += chunk.length;
    const error = length > maxBytes ? bodyTooLarge(maxBytes) : errorOf(ticket.holdBytes(chunk.length));
    if (error === undefined) chunks.push(chunk);
    else giveUp(error);
  };
  const giveUp = (error: Error): void => {
    source.off('data', onData);
    chunks.length = 0;
    reject(error);
  };
  // V8 makes a function that is written in an assignment to a property among its old objects, where it would keep the body for long.
  const onTooSlow = (): void => giveUp(tooSlow());
  ticket.onTooSlow = onTooSlow;
  source.on('data', onData);
  source.on('end', () => resolve(joined(chunks, length)));
  source.on('error', () => reject(broken()));
  return promise;
}

function tooSlow(): ProblemError {
  const detail = 'The body arrives too slowly while the gateway has little memory left; send smaller requests.';
  return new ProblemError('request-timeout', detail);
}

function brokenOff(): ProblemError {
  return new ProblemError('bad-request', 'The connection closed in the middle of the body.');
}

async function inflate(
  bytes: Buffer,
  coding: Exclude<ContentCoding, 'identity'>,
  maxBytes: number,
  ticket: Ticket,
): Promise<Buffer> {
  const { source, isWhole } = inflation(bytes, coding);
  const damaged = (): ProblemError =>
    new ProblemError('invalid-encoding', `The body is not complete in ${coding}, or other bytes follow it.`);
  try {
    const inflated = await collect(source, maxBytes, ticket, damaged);
    if (!isWhole()) throw damaged();
    return inflated;
  } finally {
    source.destroy();
  }
}

function errorOf(refusal: Refusal | undefined): RefusedError | undefined {
  return refusal && new RefusedError(refusal);
}

/** RFC 9659: a zstd window in HTTP has 8 MiB at most. A larger one would use memory that no limit counts. */
const MAX_ZSTD_WINDOW_LOG = 23;
const OPTIONS = { chunkSize: 64 * 1024 };

/** A body on its way out of its coding. */
interface Inflation {
  /** The inflated bytes. It fails for a stream that is cut or damaged. */
  source: Readable;
  /** Whether all bytes of the body belonged to it; after its end. Node drops what follows a stream silently. */
  isWhole: () => boolean;
}

/** Decompresses all members of a gzip body and all frames of a zstd body, as RFC 1952 and RFC 8878 require. */
function inflation(bytes: Buffer, coding: Exclude<ContentCoding, 'identity'>): Inflation {
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
