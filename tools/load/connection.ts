import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface Answer {
  status: number;
  hasRetryAfter: boolean;
}

const HEAD_END = '\r\n\r\n';

/**
 * One keep-alive connection that sends one request at a time. As plain as can be, because it shares the machine with what it
 * measures: the bytes of the request are made once.
 */
export class Connection {
  #received = '';
  #pending: PromiseWithResolvers<Answer> | undefined;

  private constructor(private readonly socket: Socket) {
    socket.setEncoding('latin1');
    socket.setNoDelay(true);
    socket.on('data', (text: string) => this.receive(text));
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(new Error('the gateway has closed the connection')));
  }

  /**
   * @param url `https:` takes every certificate: the server is one that we have started
   * @param localAddress where it comes from: any of 127.0.0.0/8 is this machine
   */
  static async open(url: string, localAddress = '127.0.0.1'): Promise<Connection> {
    const { protocol, hostname: host, port } = new URL(url);
    const to = { host, port: Number(port), localAddress };
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const socket =
      protocol === 'https:' ? connectTls({ ...to, rejectUnauthorized: false }, resolve) : connect(to, resolve);
    socket.once('error', reject);
    await promise;
    return new Connection(socket);
  }

  get isOpen(): boolean {
    return !this.socket.destroyed;
  }

  send(request: Buffer): Promise<Answer> {
    this.#pending = Promise.withResolvers<Answer>();
    this.socket.write(request);
    return this.#pending.promise;
  }

  close(): void {
    this.socket.destroy();
  }

  private receive(text: string): void {
    this.#received += text;
    const headEnd = this.#received.indexOf(HEAD_END);
    if (headEnd === -1) return;
    const head = this.#received.slice(0, headEnd).toLowerCase();
    const bodyBytes = Number(/\r\ncontent-length: (\d+)/.exec(head)?.[1] ?? 0);
    if (this.#received.length < headEnd + HEAD_END.length + bodyBytes) return;
    this.#received = '';
    this.#pending?.resolve({ status: Number(head.slice(9, 12)), hasRetryAfter: head.includes('\r\nretry-after: ') });
    this.#pending = undefined;
  }

  private fail(error: Error): void {
    this.#pending?.reject(error);
    this.#pending = undefined;
  }
}
