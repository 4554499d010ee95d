import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import fastify, { type FastifyInstance } from 'fastify';
import { until } from '@sluice/test-kit';
import { ConnectionAnswers } from './connection-answers.js';
import { ReadTurns } from './read-turns.js';

const GET = 'GET /large HTTP/1.1\r\nHost: reads\r\n\r\n';
const LARGE_BYTES = 8 * 1024 * 1024;

let server: FastifyInstance;
let answered: number;

beforeEach(async () => {
  answered = 0;
  server = fastify({ forceCloseConnections: true });
  new ConnectionAnswers(new ReadTurns()).follow(server);
  server.get('/large', async (_request, reply) => {
    answered++;
    return reply.send(Buffer.alloc(LARGE_BYTES, 'x'));
  });
  server.get<{ Params: { number: string } }>('/number/:number', async ({ params }) => `number ${params.number}`);
  server.post('/', async () => 'taken');
  await server.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(() => server.close());

function open(): Socket {
  const { port } = server.server.address() as { port: number };
  return connect(port, '127.0.0.1').on('error', () => undefined);
}

it('One answer is prepared on each connection, however many are requested at once', async () => {
  const slow = open();
  slow.write(GET.repeat(200));
  await until(() => answered === 1);
  // Others are served, so the ones behind would have been as well.
  for (let n = 0; n < 3; n++) {
    const other = open();
    other.write(GET.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
    expect((await text(other)).length).toBeGreaterThan(LARGE_BYTES);
  }
  expect(answered).toBe(4);
  slow.destroy();
});

it('A client that reads gets all answers, in order', async () => {
  const reader = open();
  const asked = Array.from({ length: 100 }, (_, n) => `GET /number/${n} HTTP/1.1\r\nHost: reads\r\n\r\n`);
  reader.write(`${asked.join('')}GET /number/100 HTTP/1.1\r\nHost: reads\r\nConnection: close\r\n\r\n`);
  const numbers = [...(await text(reader)).matchAll(/number (\d+)/g)].map(([, number]) => Number(number));
  expect(numbers).toEqual(Array.from({ length: 101 }, (_, n) => n));
});

it('No answer is prepared for the requests of a connection that has closed', async () => {
  const gone = open();
  gone.write(GET.repeat(50));
  await until(() => answered === 1);
  const closed = once(gone, 'close');
  gone.destroy();
  await closed;
  const other = open();
  other.write(GET.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
  await text(other);
  expect(answered).toBe(2);
});

it('Requests of devices are not held back', async () => {
  const device = open();
  const post = 'POST / HTTP/1.1\r\nHost: reads\r\nContent-Length: 0\r\n';
  device.write(`${post}\r\n${post}Connection: close\r\n\r\n`);
  expect((await text(device)).split('taken').length - 1).toBe(2);
});
