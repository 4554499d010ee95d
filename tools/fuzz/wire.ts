import { connect } from 'node:net';

/** A request that is complete has its answer in this time, whatever it is. */
const ANSWER_LIMIT_MS = 15_000;
/** A request of which something is missing: the server waits for the rest, and this client for no more. */
const PATIENCE_MS = 400;

class HangError extends Error {
  override readonly name = 'HangError';
}

/**
 * Writes these bytes on a separate connection and reads until the server ends it. If the server waits for more
 * bytes, the connection is half-closed after a while.
 *
 * @param isComplete whether the bytes are requests that ask the server to end the connection: then it is not half-closed
 * @throws HangError if the server does not end the connection in time
 */
export async function send(url: string, bytes: Buffer, isComplete: boolean): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const { hostname, port } = new URL(url);
  const received: Buffer[] = [];
  let patience: NodeJS.Timeout | undefined;
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true }, () => {
    socket.write(bytes);
    if (!isComplete) patience = setTimeout(() => socket.end(), PATIENCE_MS);
  });
  const limit = setTimeout(() => socket.destroy(new HangError('the server does not end it')), ANSWER_LIMIT_MS);
  socket.on('data', (chunk: Buffer) => received.push(chunk));
  socket.on('end', () => socket.end());
  socket.on('error', (error: NodeJS.ErrnoException) => {
    // A server that has answered may leave bytes unread: then the connection is reset.
    if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
  });
  socket.on('close', () => {
    clearTimeout(patience);
    clearTimeout(limit);
    resolve(Buffer.concat(received));
  });
  return promise;
}
