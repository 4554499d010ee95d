import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { freePort, ROOT } from './program.js';
import { until } from './until.js';

const FROM_SOURCE = ['--conditions=source', '--import', './scripts/source/register.mjs'];
const PROGRAM = 'tools/bench/servers/gateway-without-log.ts';

/** The gateway in a separate process, over an event log that acknowledges at once. */
export class GatewayAlone {
  #log = '';

  private constructor(
    private readonly child: ChildProcess,
    readonly baseUrl: string,
  ) {
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes) => (this.#log += String(bytes)));
  }

  /** @param settings more keys of the environment */
  static async start(settings: Record<string, string>): Promise<GatewayAlone> {
    const port = String(await freePort());
    const env = { ...process.env, ...settings, PORT: port };
    const child = spawn(process.execPath, [...FROM_SOURCE, PROGRAM], {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const gateway = new GatewayAlone(child, `http://127.0.0.1:${port}`);
    await until('the gateway answers', async () => {
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${gateway.log}`);
      const answer = await fetch(`${gateway.baseUrl}/ingest`);
      await answer.body?.cancel();
      return true;
    });
    return gateway;
  }

  /** What it has written. */
  get log(): string {
    return this.#log;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  async stop(): Promise<void> {
    if (!this.isRunning) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await exit;
  }
}
