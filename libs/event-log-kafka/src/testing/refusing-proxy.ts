import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Numbers of Kafka's protocol. */
export const API = { joinGroup: 11, heartbeat: 12, syncGroup: 14 } as const;
export const REFUSAL = { coordinatorIsLoading: 14, unknownMember: 25 } as const;

const LENGTH_BYTES = 4;
/** After length, request id and throttle time: where the two answers above have their error code. */
const ERROR_CODE_AT = 12;

/** A proxy before a broker that turns the next answers to some requests into refusals. Everything else passes unchanged. */
export class RefusingProxy {
  readonly #refusals = new Map<number, number>();
  readonly #answered = new Map<number, number>();
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #target = 0;

  private constructor() {
    this.#server = createServer((client) => this.serve(client));
  }

  /** Listens on a free port; answers nothing until it has a target. */
  static async start(): Promise<RefusingProxy> {
    const proxy = new RefusingProxy();
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** @param port of the broker, on this machine */
  leadTo(port: number): void {
    this.#target = port;
  }

  /** The next answer to such a request is this refusal. */
  refuseNext(api: number, code: number): void {
    this.#refusals.set(api, code);
  }

  /** How many such requests have been answered, refusals included. */
  answered(api: number): number {
    return this.#answered.get(api) ?? 0;
  }

  /** Whether every requested refusal has been given. */
  get isSpent(): boolean {
    return this.#refusals.size === 0;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  private serve(client: Socket): void {
    const broker = connect(this.#target, '127.0.0.1');
    const apiById = new Map<number, number>();
    this.pass(client, broker, (request) => apiById.set(request.readInt32BE(8), request.readInt16BE(4)));
    this.pass(broker, client, (answer) => this.alter(answer, apiById.get(answer.readInt32BE(4))));
  }

  private alter(answer: Buffer, api = -1): void {
    this.#answered.set(api, this.answered(api) + 1);
    const code = this.#refusals.get(api);
    if (code === undefined) return;
    this.#refusals.delete(api);
    answer.writeInt16BE(code, ERROR_CODE_AT);
  }

  private pass(from: Socket, to: Socket, onMessage: (message: Buffer) => void): void {
    let rest = Buffer.alloc(0);
    this.#sockets.add(from);
    from.on('data', (bytes) => {
      rest = Buffer.concat([rest, bytes]);
      for (let end; (end = endOfMessage(rest)) !== undefined; rest = rest.subarray(end)) {
        const message = rest.subarray(0, end);
        onMessage(message);
        to.write(message);
      }
    });
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
  }
}

function endOfMessage(bytes: Buffer): number | undefined {
  if (bytes.length < LENGTH_BYTES) return undefined;
  const end = LENGTH_BYTES + bytes.readInt32BE(0);
  return bytes.length < end ? undefined : end;
}
