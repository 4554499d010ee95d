import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { freePort, ROOT } from './program.js';
import { isReady } from './ready.js';
import { until } from './until.js';

const FROM_SOURCE = ['--conditions=source', '--import', './scripts/source/register.mjs'];

/** Processes translate their sources when they start. */
const START_PATIENCE = { tries: 1200 };

interface LogLine {
  msg: string;
  number?: number;
  pid?: number;
}

/** A program of this repository that starts the gateway, with several processes or one. */
export class GatewayProcesses {
  #output = '';

  private constructor(
    private readonly child: ChildProcess,
    readonly baseUrl: string,
  ) {
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes) => (this.#output += String(bytes)));
  }

  /**
   * @param program from the top of the repository
   * @param settings more keys of the environment
   */
  static async start(program: string, settings: Record<string, string>): Promise<GatewayProcesses> {
    const port = settings['PORT'] ?? String(await freePort());
    const env = { ...process.env, ...settings, PORT: port };
    const child = spawn(process.execPath, [...FROM_SOURCE, program], {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new GatewayProcesses(child, `http://127.0.0.1:${port}`);
  }

  async whenReady(): Promise<void> {
    const ready = async (): Promise<true | undefined> => (this.hasEnded ? true : isReady(this.baseUrl));
    await until('the gateway is ready', ready, START_PATIENCE);
    if (this.hasEnded) throw new Error(`it has ended: ${this.output}`);
  }

  /** What all of its processes have written. */
  get output(): string {
    return this.#output;
  }

  /** Output that is not a log line: for people at a terminal. */
  get sentences(): string[] {
    return this.#output.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
  }

  get lines(): LogLine[] {
    const logged = this.#output.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
    return logged.map((line) => JSON.parse(line) as LogLine);
  }

  /** The process with this number, from 1, as it was started last. */
  pidOf(number: number): number {
    const started = this.lines.findLast((line) => line.msg === 'a process has started' && line.number === number);
    if (started?.pid === undefined) throw new Error(`process ${number} has not started: ${this.#output}`);
    return started.pid;
  }

  get primaryPid(): number {
    return this.child.pid!;
  }

  /** Value of a series of `/metrics`, by its name and labels as they are written there. */
  async metric(series: string): Promise<number> {
    const response = await fetch(`${this.baseUrl}/metrics`);
    const line = (await response.text()).split('\n').find((text) => text.startsWith(`${series} `));
    return Number(line?.slice(series.length));
  }

  /** Sends a signal to the first process, and resolves with its exit code, or `null` when the signal ended it. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (!this.hasEnded) this.child.kill(signal);
    return this.ended();
  }

  async ended(): Promise<number | null> {
    if (!this.hasEnded) await once(this.child, 'close');
    return this.child.exitCode;
  }

  private get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }
}
