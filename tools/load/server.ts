import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, HttpClient, isReady, until } from '@sluice/test-kit';
import { untilDrained } from './ledger/store-dump.js';
import { MEASURED_CORE, Program, type ProgramOptions } from './program.js';

export interface ServerOptions extends ProgramOptions {
  /** Resolves to `true` when the server takes requests. Default: it answers that it is ready. */
  isUp?: (url: string) => Promise<true | undefined>;
}

/** A program that listens on `PORT` and keeps its files in `DATA_DIR`, on the measured core unless another is named. */
export class Server {
  private constructor(
    readonly program: Program,
    readonly url: string,
    private readonly dataDir: string,
  ) {}

  /** Resolves when it is up, on a free port and with an empty data directory that {@link stop} removes. */
  static async start(path: string, { isUp = isReady, env, ...options }: ServerOptions = {}): Promise<Server> {
    const [port, dataDir] = [String(await freePort()), await mkdtemp(join(tmpdir(), 'sluice-load-'))];
    const settings = { LOG_LEVEL: 'warn', DATA_DIR: dataDir, ...env, PORT: port };
    const program = Program.start(path, { core: MEASURED_CORE, ...options, env: settings });
    const server = new Server(program, `http://127.0.0.1:${port}`, dataDir);
    await until(`${path} is up`, () => {
      program.requireRunning();
      return isUp(server.url);
    });
    return server;
  }

  /** Resolves when everything that it has accepted is stored. */
  untilDrained(): Promise<void> {
    return untilDrained(new HttpClient(this.url));
  }

  async stop(): Promise<void> {
    await this.program.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
