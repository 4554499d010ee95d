import { constants } from 'node:crypto';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { createServer, type SecureContextOptions, type Server as TlsServer, type TLSSocket } from 'node:tls';
import { answerOnSocket } from '@sluice/http';
import { faultText } from '@sluice/ingest';
import type { Logger } from '@sluice/observability';
import { followCertificate, type TrustSource } from './client-certificate.js';
import type { ClientTrust } from './client-trust.js';
import { isSameContext, readTlsFiles, type TlsFiles } from './tls-files.js';
import type { TlsFilePaths } from '@sluice/ingest';

const HANDSHAKE_TIMEOUT_MS = 5_000;
const PLAIN_HTTP = 'ERR_SSL_HTTP_REQUEST';
const SPEAKS_HTTPS = 'Plain HTTP was sent to a port that takes HTTPS: begin the address with https://.';
/** The files are read, not watched: a mounted secret is changed by moving a link, which no watch on the file sees. */
const RELOAD_MS = 5_000;

/**
 * TLS on the connections of an HTTP server: they are handed to the server when their handshake is done. So the server, its limits
 * and its stop are the same with and without TLS.
 *
 * A client certificate is requested if there is an authority, and a connection without a valid one is still accepted: its
 * requests are answered 401, which says what to do. Sessions are not resumed there: each connection shows its certificate, and has it
 * checked, from the beginning.
 */
export class TlsListener implements TrustSource {
  private readonly tls: TlsServer;
  private readonly timer: NodeJS.Timeout;
  private readonly listeners: (() => void)[] = [];
  private readonly warned = new Set<string>();
  private readonly failures = new Set<string>();
  private files: TlsFiles;

  /** @throws TlsFileError */
  constructor(
    server: Server,
    private readonly paths: TlsFilePaths,
    private readonly logger: Logger,
  ) {
    this.files = readTlsFiles(paths);
    this.tls = createServer({
      ...secureContextOf(this.files),
      requestCert: this.files.trust !== undefined,
      rejectUnauthorized: false,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      ALPNProtocols: ['http/1.1'],
    });
    this.wrap(server);
    this.timer = setInterval(() => this.reload(), RELOAD_MS).unref();
    server.once('close', () => clearInterval(this.timer));
  }

  /** The authorities and lists that hold now, also for connections that are open. */
  get trust(): ClientTrust | undefined {
    return this.files.trust;
  }

  /** @param listener called when the files have changed, and with them perhaps what the certificate of an open connection is worth */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** The log has one line for each kind of fault that an operator has to fix. */
  warnOf(fault: string): void {
    if ((fault !== 'IS_AUTHORITY' && fault !== 'UNTRUSTED') || this.warned.has(fault)) return;
    this.warned.add(fault);
    const reason = faultText(fault);
    this.logger.warn({ reason }, 'client certificates are refused for this reason');
  }

  /** New connections use the present files; a key and a certificate that do not match are ignored until the next change. */
  reload(): void {
    if (!this.readAgain()) return;
    this.logger.info('the TLS files have changed: new connections get the new certificate');
    for (const listener of this.listeners) listener();
  }

  /** @returns whether the files have changed */
  private readAgain(): boolean {
    try {
      const files = readTlsFiles(this.paths);
      if (isSameContext(files.context, this.files.context)) return false;
      this.tls.setSecureContext(secureContextOf(files));
      this.files = files;
      return true;
    } catch (error) {
      this.logger.warn({ reason: (error as Error).message }, 'the TLS files are invalid: the last ones stay active');
      return false;
    }
  }

  /** Plain HTTP is answered as such. Other clients could not read an answer: the log has one line for each kind of failure. */
  private refuse(code: string, socket: TLSSocket): void {
    const { remoteAddress: address } = socket;
    // Not in the types: the socket below, which has sent nothing of TLS yet.
    const { _parent: plain } = socket as TLSSocket & { _parent?: Socket };
    if (code === PLAIN_HTTP && plain !== undefined) answerOnSocket(plain, 'bad-request', SPEAKS_HTTPS);
    else socket.destroy();
    // A client that goes away, as a port scan does, is no failure.
    if (!code.startsWith('ERR_SSL_') || this.failures.has(code)) return;
    this.failures.add(code);
    this.logger.warn({ reason: code, address }, 'a TLS handshake failed; further ones for this reason are not logged');
  }

  private wrap(server: Server): void {
    const accept = server.listeners('connection') as ((socket: Socket) => void)[];
    server.removeAllListeners('connection');
    server.on('connection', (socket: Socket) => {
      // An HTTP server leaves its half open when a client ends; a handshake would wait for that client until its time is over.
      socket.allowHalfOpen = false;
      this.tls.emit('connection', socket);
    });
    this.tls.on('secureConnection', (socket) => {
      if (this.trust !== undefined) followCertificate(socket, this);
      for (const listener of accept) listener.call(server, socket);
    });
    this.tls.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => this.refuse(error.code ?? '', socket));
  }
}

function secureContextOf({ context, trust }: TlsFiles): SecureContextOptions {
  return trust === undefined ? context : { ...context, secureOptions: constants.SSL_OP_NO_TICKET };
}
