import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isAbsolute, join } from 'node:path';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '@sluice/async';
import { uuidV7 } from '@sluice/contracts';
import { EventLog } from '@sluice/event-log';
import { LOGGER, type Logger } from '@sluice/observability';
import { BACKUP_SOCKET } from '@sluice/operator';
import { RecordStore, TokenStore } from '@sluice/record-store';

/** Injection token of the directory of the socket. */
export const SOCKET_DIRECTORY = Symbol('SocketDirectory');
const MAX_BODY_BYTES = 16 * 1024;
/** The embedded engines, in the order of their copies, and the names of the copies. */
const COPIES = ['event-log.db', 'records.db', 'tokens.db'] as const;

/**
 * Makes backups for `sluice backup` while the process runs: its files are locked, so no other process can copy them. It listens
 * on a socket in DATA_DIR that only the user of the process can open, so no token is needed, and the network cannot reach it.
 *
 * The event log is copied before the records: a record that is in both copies is harmless, one that is in neither would be lost.
 */
@Injectable()
export class BackupSocket implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly server: Server;
  private isBusy = false;

  constructor(
    @Inject(SOCKET_DIRECTORY) private readonly directory: string,
    @Inject(EventLog) private readonly log: EventLog,
    @Inject(RecordStore) private readonly store: RecordStore,
    @Inject(TokenStore) private readonly tokens: TokenStore,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.server = createServer((request, response) => void this.answer(request, response));
    // A copy of large files takes long.
    this.server.requestTimeout = 0;
  }

  /** Without the socket the service still works; only its backup needs a stop then. */
  async onApplicationBootstrap(): Promise<void> {
    const path = join(this.directory, BACKUP_SOCKET);
    // The lock of the event log is held: an existing socket is left from a process that has ended.
    rmSync(path, { force: true });
    await new Promise<void>((resolve) => {
      this.server.once('error', (error) => {
        this.logger.warn({ reason: error.message }, 'sluice backup cannot reach this process: stop it for a backup');
        resolve();
      });
      this.server.listen(path, () => {
        chmodSync(path, 0o600);
        resolve();
      });
    });
    this.server.unref();
  }

  async onApplicationShutdown(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = JSON.parse(await textOf(request)) as Record<string, unknown>;
      const answer = request.url === '/copy' ? await this.copy(body, response) : await this.keep(body);
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    } catch (error) {
      this.logger.warn({ reason: (error as Error).message }, 'a backup failed');
      response.writeHead(500).end(JSON.stringify({ detail: (error as Error).message }));
    }
  }

  /** Copies every embedded file to the directory, which the caller has created; no further file once the caller is gone. */
  private async copy({ directory }: Record<string, unknown>, asker: ServerResponse): Promise<{ copied: true }> {
    if (typeof directory !== 'string' || !isAbsolute(directory))
      throw new Error('name the directory by an absolute path');
    if (this.isBusy) throw new Error('another backup is in progress; wait for its end');
    this.isBusy = true;
    try {
      for (const [index, engine] of [this.log, this.store, this.tokens].entries()) {
        if (asker.destroyed) throw new Error('the command was stopped');
        await engine.backup(join(directory, COPIES[index]!)).catch(unlessNoFile);
      }
      return { copied: true };
    } finally {
      this.isBusy = false;
    }
  }

  /** Stores the time of a complete backup, for the metric of its age. */
  private async keep({ directory, bytes }: Record<string, unknown>): Promise<{ kept: true }> {
    const content = { at: this.clock.nowText(), directory: String(directory), bytes: Number(bytes) };
    await this.store.documents.add('backups', [{ id: uuidV7(this.clock.now()), content }]);
    this.logger.info(content, 'a backup is complete');
    return { kept: true };
  }
}

/** An engine without a file has its own backup tools. */
function unlessNoFile(error: Error & { code?: string }): void {
  if (error.code !== 'invalid-url') throw error;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request as AsyncIterable<Buffer>) {
    text += part.toString();
    if (text.length > MAX_BODY_BYTES) throw new Error('the request is too large');
  }
  return text;
}
