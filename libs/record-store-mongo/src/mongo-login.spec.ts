import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import mongoose from 'mongoose';
import { openRecordStore } from '@sluice/engines';
import type { RecordStore } from '@sluice/record-store';

const { BSON } = mongoose.mongo;
const HEADER_BYTES = 16;
const [OP_REPLY, OP_QUERY, OP_MSG] = [1, 2004, 2013];

let server: Server | undefined;
let store: RecordStore | undefined;

afterEach(async () => {
  await store?.close();
  server?.close();
});

/** As much of a MongoDB server as a client needs to begin its login. @param onMessage gets the bytes of every message */
async function startServer(onMessage: (message: string) => void): Promise<number> {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      onMessage(bytes.toString('latin1'));
      for (let at = 0; at < bytes.length; at += bytes.readInt32LE(at)) greet(socket, bytes.subarray(at));
    });
  });
  await new Promise<void>((listening) => server!.listen(0, '127.0.0.1', listening));
  return (server.address() as AddressInfo).port;
}

function greet(socket: Socket, message: Buffer): void {
  const isQuery = message.readInt32LE(12) === OP_QUERY;
  const hello = { ok: 1, helloOk: true, isWritablePrimary: true, minWireVersion: 0, maxWireVersion: 21 };
  const document = BSON.serialize({ ...hello, maxBsonObjectSize: 16 * 1024 * 1024 });
  // OP_REPLY: flags, cursor, first document, number of documents. OP_MSG: flags, and the kind of its section.
  const prefix = isQuery ? Buffer.alloc(20) : Buffer.alloc(5);
  if (isQuery) prefix.writeInt32LE(1, 16);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeInt32LE(HEADER_BYTES + prefix.length + document.length, 0);
  header.writeInt32LE(message.readInt32LE(4), 8);
  header.writeInt32LE(isQuery ? OP_REPLY : OP_MSG, 12);
  socket.write(Buffer.concat([header, prefix, document]));
}

it('A user in the URL of MongoDB logs in, and the password is not sent as plain text', async () => {
  const messages: string[] = [];
  const { promise: login, resolve } = Promise.withResolvers<string>();
  const port = await startServer((message) => {
    messages.push(message);
    if (message.includes('saslSupportedMechs')) resolve(message);
  });
  const url = `mongodb://sluice:s3cretpw@127.0.0.1:${port}/records?authSource=admin`;
  store = await openRecordStore({ url, clientId: 'suite', timeoutMs: 1_000 });
  store.ping().catch(() => undefined);
  expect(await login).toContain('admin.sluice');
  expect(messages.join('')).not.toContain('s3cretpw');
});
