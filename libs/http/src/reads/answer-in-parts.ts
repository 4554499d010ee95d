import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { Read } from './read.js';

export interface AnswerPart {
  bytes: Buffer;
  /** Whether the answer ends with this part. */
  isLast: boolean;
}

/**
 * Sends an answer part by part, each once the client has consumed the last one: a slow client costs one part. An answer of one
 * part has a Content-Length. A HEAD ends with the first part.
 *
 * @throws what the first part throws: until then, nothing is sent. An error after that breaks the connection off.
 */
export async function answerInParts(
  reply: FastifyReply,
  read: Read,
  parts: AsyncGenerator<AnswerPart, void>,
): Promise<void> {
  const first = await parts.next();
  if (first.done) throw new Error('an answer has at least one part');
  const { bytes, isLast } = first.value;
  read.give(bytes.length);
  if (isLast) return void reply.send(bytes);
  if (reply.request.method !== 'HEAD') return void reply.send(streamOf(rest(bytes, parts, read)));
  await parts.return();
  void reply.send(Readable.from([]));
}

/** Requests the next part only once the last one is consumed. */
export function streamOf(parts: AsyncIterable<Buffer | string>): Readable {
  return Readable.from(parts, { objectMode: false, highWaterMark: 0 });
}

async function* rest(first: Buffer, parts: AsyncGenerator<AnswerPart, void>, read: Read): AsyncGenerator<Buffer> {
  try {
    yield first;
    read.taken();
    for await (const { bytes, isLast } of parts) {
      read.give(bytes.length);
      yield bytes;
      if (!isLast) read.taken();
    }
  } finally {
    await parts.return();
  }
}
