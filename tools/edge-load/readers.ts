/** `readers.ts <kind> <url> <path>`: reads, or requests and consumes nothing; notifies its parent once all have sent a request, and continues until it is stopped. */
import { connect, type Socket } from 'node:net';
import { READERS } from './attackers.js';

const [kind, url, path] = process.argv.slice(2) as [keyof typeof READERS, string, string];
const { hostname, port } = new URL(url);
const REQUEST = `GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`;
const { connections, pipelined, takes } = READERS[kind];

/** An answer ends with its last chunk, or has a body of a known length. */
const CHUNKED_END = '\r\n0\r\n\r\n';

function isWhole(text: string): boolean {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd === -1) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, headEnd))?.[1];
  return length === undefined ? text.endsWith(CHUNKED_END) : text.length >= headEnd + 4 + Number(length);
}

/** Asks again as soon as the answer is whole, whatever it is. */
function readInTurns(socket: Socket): void {
  let received = '';
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => {
    received += text;
    if (!isWhole(received)) return;
    received = '';
    socket.write(REQUEST);
  });
}

function open(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const socket = connect(Number(port), hostname, () => socket.write(REQUEST.repeat(pipelined), () => resolve()));
  // The service may close the connection of a client that takes nothing.
  socket.on('error', () => resolve());
  if (takes) readInTurns(socket);
  else socket.pause();
  return promise;
}

await Promise.all(Array.from({ length: connections }, open));
process.send!('all have asked');
// Sockets that are closed would let the process end.
setInterval(() => undefined, 1000);
