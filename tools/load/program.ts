import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '@sluice/test-kit';

/** The measured process runs on the first core, the load generator on the second. */
export const MEASURED_CORE = 0;
export const LOAD_CORE = 1;
const TICKS_PER_SECOND = 100;
/** As in the image and by `npm start`. */
const { config: START } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  config: { startOption: string; mallocArenas: string };
};

/** Pins this process and the programs that it starts without a core. */
export function pinLoadGenerator(): void {
  spawnSync('taskset', ['-a', '-c', '-p', String(LOAD_CORE), String(process.pid)]);
}

export interface ProgramOptions {
  args?: readonly string[];
  /** Added to the environment of this process. */
  env?: Record<string, string>;
  /** Default: the core of this process. */
  core?: number;
  /** Top folder of the checkout that has the program. Default: this one. */
  root?: string;
}

const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** A program of this repository as a separate process: its output, its messages, and what it costs. */
export class Program {
  #output = '';

  private constructor(
    readonly path: string,
    private readonly child: ChildProcess,
  ) {
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes) => (this.#output += String(bytes)));
    running.add(child);
    child.once('exit', () => running.delete(child));
  }

  /** @param path from the top of the checkout; a `.ts` program runs from source and may send messages */
  static start(path: string, { args = [], env = {}, core, root = ROOT }: ProgramOptions = {}): Program {
    const isSource = path.endsWith('.ts');
    const pinned = core === undefined ? [] : ['taskset', '-c', String(core)];
    const node = [
      process.execPath,
      START.startOption,
      ...(isSource ? process.execArgv : []),
      join(root, path),
      ...args,
    ];
    const [command, ...rest] = [...pinned, ...node] as [string, ...string[]];
    const child = spawn(command, rest, {
      cwd: root,
      env: { MALLOC_ARENA_MAX: START.mallocArenas, ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe', ...(isSource ? (['ipc'] as const) : [])],
    });
    return new Program(path, child);
  }

  /** Everything that it has written to both outputs. */
  get output(): string {
    return this.#output;
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** @throws Error with its output when it has ended */
  requireRunning(): void {
    if (this.hasEnded) throw this.endedError();
  }

  /**
   * The first message that it sends.
   *
   * @throws Error with its output when it ends before that
   */
  async message<T>(): Promise<T> {
    const ended = once(this.child, 'exit').then(() => Promise.reject(this.endedError()));
    const [message] = (await Promise.race([once(this.child, 'message'), ended])) as [T];
    ended.catch(() => undefined);
    return message;
  }

  /** CPU time of the process and its threads, in seconds. */
  get cpuSeconds(): number {
    const fields = readFileSync(`/proc/${this.child.pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }

  /** Resident memory, in MiB. */
  get residentMiB(): number {
    return this.memoryMiB('VmRSS');
  }

  /** The most resident memory since {@link resetPeak}, in MiB. */
  get peakMiB(): number {
    return this.memoryMiB('VmHWM');
  }

  resetPeak(): void {
    writeFileSync(`/proc/${this.child.pid}/clear_refs`, '5');
  }

  /** Resolves when it has ended. Idempotent. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.hasEnded) return;
    const exit = once(this.child, 'exit');
    this.child.kill(signal);
    await exit;
  }

  private memoryMiB(name: string): number {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]) / 1024;
  }

  private endedError(): Error {
    return new Error(`${this.path} ended with ${this.child.exitCode ?? this.child.signalCode}: ${this.#output}`);
  }
}
