import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

/** A TCP proxy before a server that cuts connections on demand. */
export class UnreliableNetwork {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private isArmed = false;
  private lostText = Buffer.alloc(0);
  /** How many requests were cut off. */
  cuts = 0;

  /** @param tls of the proxy towards its clients; left out: none */
  constructor(
    private readonly target: URL,
    tls?: TlsOptions,
  ) {
    const join = (client: Socket): void => this.join(client);
    this.server = tls === undefined ? createServer(join) : createTlsServer(tls, join);
  }

  /** The address of the target through this network. @param port 0: any free one */
  async open(port = 0): Promise<URL> {
    this.server.listen(port, '127.0.0.1');
    await once(this.server, 'listening');
    const url = new URL(this.target);
    url.host = `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return url;
  }

  /** Delivers each request that contains this text, and cuts the connection instead of delivering the answer. */
  loseAnswersTo(text: string): void {
    this.lostText = Buffer.from(text);
    this.isArmed = true;
  }

  /** Ends every connection; new ones are accepted. */
  cutAll(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  heal(): void {
    this.isArmed = false;
  }

  async close(): Promise<void> {
    this.server.close();
    this.cutAll();
    await once(this.server, 'close');
  }

  private join(client: Socket): void {
    const server = connect(Number(this.target.port), this.target.hostname);
    let isLost = false;
    for (const [socket, other] of [[client, server] as const, [server, client] as const]) {
      this.sockets.add(socket);
      socket
        .on('error', () => other.destroy())
        .on('close', () => {
          this.sockets.delete(socket);
          other.destroy();
        });
    }
    client.on('data', (request) => {
      isLost ||= this.isArmed && request.includes(this.lostText);
      server.write(request);
    });
    server.on('data', (answer) => {
      if (!isLost) return client.write(answer);
      this.cuts++;
      return client.destroy();
    });
  }
}
