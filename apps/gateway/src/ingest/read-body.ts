import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { constants, createGunzip, createZstdDecompress } from 'node:zlib';
import { ProblemError } from '@sluice/http';
import { RefusedError, type Refusal, type Ticket } from '@sluice/ingest';
import { bodyTooLarge, type ContentCoding } from './ingest-head.js';

export interface BodyLimits {
  maxBodyBytes: number;
  maxInflatedBytes: number;
}

/**
 * The bytes of the body, inflated. Never holds more than the limits allow, whatever the body would inflate to.
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
  if (bytes.length === 0) throw new ProblemError('invalid-json', 'The body is empty.');
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
  ticket.onTooSlow = () => giveUp(tooSlow());
  source.on('data', onData);
  source.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
  source.on('error', () => reject(broken()));
  return promise;
}

function tooSlow(): ProblemError {
  const detail = 'The body arrives too slowly while the gateway has little memory left; send smaller requests.';
  return new ProblemError('request-timeout', detail);
}

function brokenOff(): ProblemError {
  return new ProblemError('bad-request', 'The connection broke off in the middle of the body.');
}

/** RFC 9659: a zstd window in HTTP has 8 MiB at most. A larger one would be memory that no limit of ours counts. */
const MAX_ZSTD_WINDOW_LOG = 23;
const INFLATED_CHUNK_BYTES = 64 * 1024;

/** Without it, Node ends a stream at the end of its first member or frame and drops the rest in silence. */
const NOTHING_DROPPED = { rejectGarbageAfterEnd: true, chunkSize: INFLATED_CHUNK_BYTES };

const INFLATERS = {
  gzip: () => createGunzip(NOTHING_DROPPED),
  zstd: () =>
    createZstdDecompress({
      ...NOTHING_DROPPED,
      params: { [constants.ZSTD_d_windowLogMax]: MAX_ZSTD_WINDOW_LOG },
    }),
};

async function inflate(
  bytes: Buffer,
  coding: Exclude<ContentCoding, 'identity'>,
  maxBytes: number,
  ticket: Ticket,
): Promise<Buffer> {
  const inflater = INFLATERS[coding]();
  inflater.end(bytes);
  const damaged = (): ProblemError =>
    new ProblemError('invalid-encoding', `The body is not one complete ${coding} stream and nothing else.`);
  try {
    return await collect(inflater, maxBytes, ticket, damaged);
  } finally {
    inflater.destroy();
  }
}

function errorOf(refusal: Refusal | undefined): RefusedError | undefined {
  return refusal && new RefusedError(refusal);
}
