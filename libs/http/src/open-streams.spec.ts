import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fastify, { type FastifyInstance } from 'fastify';
import { until } from '@sluice/test-kit';
import { OpenStreams } from './open-streams.js';

let server: FastifyInstance;
let streams: OpenStreams;
/** What a request waits for before its stream begins. */
let prepared: Promise<void>;
let begun: number;

async function serve(open: OpenStreams): Promise<void> {
  streams = open;
  server = fastify({ forceCloseConnections: true });
  server.get('/', async (_request, reply) => {
    begun++;
    await prepared;
    streams.answer(reply, endlessParts);
    return reply;
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
}

async function* endlessParts(end: AbortSignal): AsyncGenerator<string> {
  while (!end.aborted) {
    yield 'x'.repeat(10_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A reader that takes nothing of the answer. */
async function askAndTakeNothing(): Promise<Socket> {
  const { port } = server.server.address() as { port: number };
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write('GET / HTTP/1.1\r\nHost: streams\r\n\r\n');
  return socket;
}

beforeEach(() => {
  prepared = Promise.resolve();
  begun = 0;
});
afterEach(() => server.close());

describe('An open stream', () => {
  it('An open stream ends when its reader consumes nothing for too long', async () => {
    await serve(new OpenStreams(1, undefined, 20));
    const socket = await askAndTakeNothing();
    await until(() => streams.count === 1);
    await until(() => streams.count === 0);
    socket.destroy();
  });

  it('An open stream uses no slot for a reader that disconnected before its answer began', async () => {
    await serve(new OpenStreams(1));
    const gate = Promise.withResolvers<void>();
    prepared = gate.promise;
    const gone = once(server.server, 'connection').then(([socket]) => once(socket as Socket, 'close'));
    const socket = await askAndTakeNothing();
    await until(() => begun === 1);
    socket.destroy();
    await gone;
    gate.resolve();
    await prepared;
    expect(streams.count).toBe(0);
  });

  it('An open stream ends with the others when the process stops, its reader slow or not; after that, none begins', async () => {
    await serve(new OpenStreams(2));
    const sockets = [await askAndTakeNothing(), await askAndTakeNothing()];
    sockets[0]!.resume();
    await until(() => streams.count === 2);
    await streams.beforeApplicationShutdown();
    expect(streams.count).toBe(0);
    expect(() => streams.requirePlace()).toThrow(expect.objectContaining({ code: 'stopping' }));
    for (const socket of sockets) socket.destroy();
  });
});
