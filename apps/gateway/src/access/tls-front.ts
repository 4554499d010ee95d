import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { createServer, type SecureContextOptions, type Server as TlsServer } from 'node:tls';
import type { Logger } from '#runtime';
import type { RevocationLists } from './certificate-proof.js';
import { isSameContext, readTlsFiles, type TlsFilePaths } from './tls-files.js';

const HANDSHAKE_TIMEOUT_MS = 5_000;
/** The files are read, not watched: a mounted secret is changed by moving a link, which no watch on the file sees. */
const RELOAD_MS = 5_000;

/**
 * TLS on the connections of an HTTP server: they are handed to the server when their handshake is done. So the server, its limits
 * and its stop are the same with and without TLS.
 *
 * A client certificate is asked for where there is an authority, and a connection without a good one still gets through: its
 * requests are answered 401, which says what to do.
 */
export class TlsFront {
  private readonly tls: TlsServer;
  private readonly timer: NodeJS.Timeout;
  private context: SecureContextOptions;

  /** @throws TlsFileError */
  constructor(
    server: Server,
    private readonly paths: TlsFilePaths,
    private readonly logger: Logger,
    private readonly revocations?: RevocationLists,
  ) {
    this.context = readTlsFiles(paths);
    this.tls = createServer({
      ...this.context,
      requestCert: paths.tlsClientCaFile !== '',
      rejectUnauthorized: false,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      ALPNProtocols: ['http/1.1'],
    });
    this.standBefore(server);
    this.timer = setInterval(() => this.reload(), RELOAD_MS).unref();
    server.once('close', () => clearInterval(this.timer));
  }

  /** New connections get what the files hold now; files that do not fit together are left for the next time. */
  reload(): void {
    try {
      const context = readTlsFiles(this.paths);
      if (isSameContext(context, this.context)) return;
      this.tls.setSecureContext(context);
      const hasOtherList = String(context.crl) !== String(this.context.crl);
      this.context = context;
      if (hasOtherList) this.revocations?.changed();
      this.logger.info('the TLS files have changed: new connections get the new certificate');
    } catch (error) {
      this.logger.warn({ reason: (error as Error).message }, 'the TLS files cannot be used: the last ones stay');
    }
  }

  private standBefore(server: Server): void {
    const accept = server.listeners('connection') as ((socket: Socket) => void)[];
    server.removeAllListeners('connection');
    server.on('connection', (socket: Socket) => {
      // An HTTP server leaves its half open when a client ends; a handshake would wait for that client until its time is over.
      socket.allowHalfOpen = false;
      this.tls.emit('connection', socket);
    });
    this.tls.on('secureConnection', (socket) => {
      this.revocations?.used(socket);
      accept.forEach((listener) => listener.call(server, socket));
    });
    // No HTTP was spoken yet: there is nobody to answer.
    this.tls.on('tlsClientError', (_error, socket) => socket.destroy());
  }
}
