import type { FastifyRequest } from 'fastify';
import { changesOf, decodeUtf8, parseJson } from '@sluice/contracts';
import { ProblemError } from './problem-error.js';

/**
 * The small body of a request that changes something, which no parser of the server has read.
 *
 * A page of another origin can send any body but one of `application/json` without asking first, so that type is required.
 *
 * @param maxBytes more is refused, and not read to its end
 * @throws ProblemError `unsupported-media-type`, `body-too-large`
 */
export async function readJsonBytes({ raw }: FastifyRequest, maxBytes: number): Promise<Buffer> {
  const [type] = (raw.headers['content-type'] ?? '').split(';', 1);
  if (type!.trim().toLowerCase() !== 'application/json') {
    throw new ProblemError('unsupported-media-type', 'Send the body as application/json.');
  }
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of raw as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > maxBytes) throw new ProblemError('body-too-large', `The body may have at most ${maxBytes} bytes.`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Whole numbers beyond 2^53 - 1 are bigints. @throws ProblemError `invalid-utf8`, `invalid-json`, and those of {@link readJsonBytes} */
export async function readJsonBody(request: FastifyRequest, maxBytes: number): Promise<unknown> {
  const text = decodeUtf8(await readJsonBytes(request, maxBytes));
  if (text === undefined) throw new ProblemError('invalid-utf8', 'The body is not UTF-8.');
  const parsed = parseJson(text);
  if (!parsed.ok) throw new ProblemError('invalid-json', `The body is ${parsed.detail}.`);
  const [change] = changesOf(parsed);
  if (change === undefined) return parsed.value;
  throw new ProblemError('invalid-json', 'A value of the body cannot be kept as it is.', { errors: [change] });
}

interface BodyParsers {
  removeAllContentTypeParsers(): unknown;
  addContentTypeParser(
    type: '*',
    parser: (request: unknown, body: unknown, done: (error: null) => void) => void,
  ): unknown;
}

/** Handlers read the bodies: so a request can be refused before its body costs anything. May be called again. */
export function leaveBodiesUnread(fastify: BodyParsers): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (_request, _body, done) => done(null));
}
