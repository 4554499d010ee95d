import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import mongoose from 'mongoose';

const { serialize, deserialize } = mongoose.mongo.BSON;

const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const HEADER_BYTES = 16;

type Reply = Record<string, unknown>;

const HELLO: Reply = {
  ...{ helloOk: true, isWritablePrimary: true, ok: 1, minWireVersion: 0, maxWireVersion: 25 },
  ...{ maxBsonObjectSize: 16_777_216, maxMessageSizeBytes: 48_000_000, maxWriteBatchSize: 100_000 },
  ...{ logicalSessionTimeoutMinutes: 30, saslSupportedMechs: ['SCRAM-SHA-256'] },
};

/**
 * Implements as much of MongoDB's protocol as a driver needs to connect, and answers all other commands with one error.
 * https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
 */
export class FakeMongod {
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;
  /** Commands that were received, without those of monitoring. */
  readonly commands: string[] = [];

  /** @param errors the answers to commands, by name; `*` is for all others */
  constructor(private readonly errors: Readonly<Record<string, Reply>>) {
    this.server = createServer((socket) => this.serve(socket));
  }

  /** @returns `127.0.0.1:<port>` */
  async listen(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    let received = Buffer.alloc(0);
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      while (received.length >= HEADER_BYTES && received.length >= received.readInt32LE(0)) {
        const length = received.readInt32LE(0);
        socket.write(this.answerTo(received.subarray(0, length)));
        received = received.subarray(length);
      }
    });
  }

  private answerTo(message: Buffer): Buffer {
    const id = message.readInt32LE(4);
    if (message.readInt32LE(12) === OP_QUERY) {
      const counts = Buffer.alloc(20);
      counts.writeInt32LE(1, 16);
      return framed(OP_REPLY, id, Buffer.concat([counts, serialize(HELLO)]));
    }
    const [command = ''] = Object.keys(deserialize(documentAt(message, HEADER_BYTES + 5)));
    return framed(OP_MSG, id, Buffer.concat([Buffer.alloc(5), serialize(this.replyTo(command))]));
  }

  private replyTo(command: string): Reply {
    if (['hello', 'isMaster', 'ismaster'].includes(command)) return HELLO;
    if (command === 'endSessions') return { ok: 1 };
    this.commands.push(command);
    return { ok: 0, ...(this.errors[command] ?? this.errors['*'] ?? { code: 59, errmsg: 'no such command' }) };
  }
}

function documentAt(message: Buffer, at: number): Buffer {
  return message.subarray(at, at + message.readInt32LE(at));
}

function framed(code: number, answers: number, body: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  [HEADER_BYTES + body.length, 1, answers, code].forEach((value, index) => header.writeInt32LE(value, index * 4));
  return Buffer.concat([header, body]);
}
