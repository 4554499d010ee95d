import { setTimeout as delay } from 'node:timers/promises';
import { docker } from '../load/docker.js';
import type { ProofStack, Service } from './proof-stack.js';

const LOOK_EVERY_MS = 10_000;
const APPS: readonly Service[] = ['gateway', 'buffer-worker', 'query'];
/** What a process takes while it warms up says nothing. */
const WARM_UP_SHARE = 0.2;

interface Sample {
  minute: number;
  mebibytes: number;
}

/** Follows the memory of the three apps, and says how steeply it rises. */
export class MemoryWatch {
  readonly #samples = new Map<string, Sample[]>();
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;

  constructor(private readonly system: ProofStack) {
    this.#running = this.run();
  }

  /** @returns a line for each app */
  async stop(): Promise<string[]> {
    this.#stopping.abort();
    await this.#running;
    return [...this.#samples].map(([service, samples]) => lineOf(service, samples));
  }

  private async run(): Promise<void> {
    const beganMs = Date.now();
    while (!this.#stopping.signal.aborted) {
      for (const service of APPS) await this.look(service, (Date.now() - beganMs) / 60_000);
      await delay(LOOK_EVERY_MS, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    }
  }

  /** Resident memory of the app alone: what Docker counts has the files that it has read in it. */
  private async look(service: Service, minute: number): Promise<void> {
    const [container] = await this.system.containers(service);
    const script = 'for p in /proc/[0-9]*; do grep -qs dist/apps $p/cmdline && cat $p/status; done';
    const status = await docker(['exec', container!, 'bash', '-c', script]).catch(() => '');
    const kibibytes = [...status.matchAll(/^VmRSS:\s+(\d+) kB$/gm)].map(([, size]) => Number(size));
    if (kibibytes.length === 0) return;
    const samples = this.#samples.get(service) ?? [];
    this.#samples.set(service, samples);
    samples.push({ minute, mebibytes: Math.max(...kibibytes) / 1024 });
  }
}

function lineOf(service: string, samples: readonly Sample[]): string {
  const warm = samples.slice(Math.floor(samples.length * WARM_UP_SHARE));
  const last = warm.at(-1)?.mebibytes ?? 0;
  return `${service}: ${last.toFixed(0)} MiB at the end, ${slopeOf(warm).toFixed(2)} MiB a minute over ${warm.length} samples`;
}

/** Least squares. */
function slopeOf(samples: readonly Sample[]): number {
  const mean = (pick: (sample: Sample) => number): number =>
    samples.reduce((sum, sample) => sum + pick(sample), 0) / samples.length;
  const [minute, size] = [mean((sample) => sample.minute), mean((sample) => sample.mebibytes)];
  const covariance = mean((sample) => (sample.minute - minute) * (sample.mebibytes - size));
  return covariance / mean((sample) => (sample.minute - minute) ** 2);
}
