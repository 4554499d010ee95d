import { connect } from 'node:net';

/**
 * Writes these bytes on one connection and collects what comes back until it says enough, or the server ends the connection.
 *
 * @param isEnough of all that has come; left out: waits for the end
 */
export async function exchange(
  url: string,
  bytes: string | Buffer,
  isEnough: (answer: string) => boolean = () => false,
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const { hostname, port } = new URL(url);
  let answer = '';
  const socket = connect(Number(port), hostname, () => socket.write(bytes));
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => {
    answer += text;
    if (isEnough(answer)) socket.destroy();
  });
  socket.on('close', () => resolve(answer));
  socket.on('error', (error: NodeJS.ErrnoException) => {
    // A server that has answered may reset a connection on which it leaves bytes unread.
    if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
  });
  return promise;
}

/** The statuses of the answers on a connection, in their order. */
export function statusesOf(answer: string): number[] {
  return [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}

/** Whether so many answers have come in full: every answer of ours ends its body with a brace. */
export function answers(count: number): (answer: string) => boolean {
  return (answer) => statusesOf(answer).length >= count && answer.endsWith('}');
}
