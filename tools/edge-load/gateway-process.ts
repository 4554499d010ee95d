import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, ROOT, isReady, until } from '@sluice/test-kit';

/** What is measured runs on the first core, what loads it on the other. */
const MEASURED_CORE = '0';
const LOADING_CORE = '1';
const TICKS_PER_SECOND = 100;

/** Pins this process and the generators that it starts. */
export function pinLoad(): void {
  spawnSync('taskset', ['-a', '-c', '-p', LOADING_CORE, String(process.pid)]);
}

/** The built gateway in a process of its own: over Kafka where there are brokers, else everything in one process over files. */
export class GatewayProcess {
  #log = '';

  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    private readonly dataDir: string,
  ) {
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes) => (this.#log += String(bytes)));
  }

  /** @param settings more keys of the environment */
  static async start(settings: Record<string, string> = {}): Promise<GatewayProcess> {
    const [port, dataDir] = [String(await freePort()), await mkdtemp(join(tmpdir(), 'sluice-edge-'))];
    const brokers = process.env['KAFKA_BROKERS'];
    const engine: Record<string, string> = brokers === undefined ? {} : { EVENT_LOG_URL: `kafka://${brokers}` };
    const app = brokers === undefined ? 'standalone' : 'gateway';
    const command = ['-c', MEASURED_CORE, process.execPath, `dist/apps/${app}/main.js`];
    const env = { ...process.env, LOG_LEVEL: 'warn', DATA_DIR: dataDir, ...engine, ...settings, PORT: port };
    const child = spawn('taskset', command, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const gateway = new GatewayProcess(child, `http://127.0.0.1:${port}`, dataDir);
    await until('the gateway is ready', () => gateway.isReady());
    return gateway;
  }

  /** What it has written. */
  get log(): string {
    return this.#log;
  }

  /** Resident memory, in MiB. */
  get residentMiB(): number {
    return this.memoryMiB('VmRSS');
  }

  /** The most resident memory that it has had since {@link resetPeak}, in MiB. */
  get peakMiB(): number {
    return this.memoryMiB('VmHWM');
  }

  resetPeak(): void {
    writeFileSync(`/proc/${this.child.pid}/clear_refs`, '5');
  }

  /** CPU that the process and its threads have used, in seconds. */
  get cpuSeconds(): number {
    const fields = readFileSync(`/proc/${this.child.pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exit = once(this.child, 'exit');
      this.child.kill('SIGTERM');
      await exit;
    }
    await rm(this.dataDir, { recursive: true, force: true });
  }

  private memoryMiB(name: string): number {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]) / 1024;
  }

  private async isReady(): Promise<true | undefined> {
    if (this.child.exitCode !== null) throw new Error(`it ended with ${this.child.exitCode}: ${this.#log}`);
    return isReady(this.url);
  }
}
