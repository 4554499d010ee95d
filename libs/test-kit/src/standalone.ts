import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, ROOT } from './program.js';
import type { System } from './system.js';
import { isReady } from './ready.js';
import { until } from './until.js';

const MAIN = 'dist/apps/standalone/main.js';

/**
 * The built standalone app in a separate process, on a free port, with its data in a temporary folder. Its folder outlives
 * the process, so that it can be started again, and goes with {@link dispose}.
 */
export class Standalone implements System {
  #process: ChildProcess | undefined;
  #log = '';

  private constructor(
    readonly dataDir: string,
    private readonly port: number,
    private readonly settings: Record<string, string>,
  ) {}

  /** @param settings more keys of the environment */
  static async start(settings: Record<string, string> = {}): Promise<Standalone> {
    const dataDir = await mkdtemp(join(tmpdir(), 'sluice-e2e-'));
    const standalone = new Standalone(dataDir, await freePort(), settings);
    await standalone.start();
    return standalone;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Everything that it has written, over all its starts. */
  get log(): string {
    return this.#log;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Starts the process on the same data and port; resolves when it is ready. */
  async start(): Promise<void> {
    const env = { ...process.env, ...this.settings, PORT: String(this.port), DATA_DIR: this.dataDir };
    const started = spawn(process.execPath, [MAIN], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [started.stdout, started.stderr]) stream.on('data', (bytes) => (this.#log += String(bytes)));
    this.#process = started;
    await until('the standalone app is ready', async () => {
      if (started.exitCode !== null) throw new Error(`it ended with ${started.exitCode}: ${this.#log}`);
      return isReady(this.baseUrl);
    });
  }

  /** @returns its exit code, or `null` when the signal ended it */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const running = this.#process;
    if (!running) return 0;
    if (running.exitCode === null && running.signalCode === null) {
      const exit = once(running, 'exit');
      running.kill(signal);
      await exit;
    }
    return running.exitCode;
  }

  async dispose(): Promise<void> {
    await this.end();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
