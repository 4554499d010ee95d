import { setTimeout as delay } from 'node:timers/promises';
import { Ledger } from '../load/ledger/ledger.js';
import { Random } from '../load/ledger/random.js';
import type { FleetOptions } from './options.js';
import { PlainFetch } from './plain-fetch.js';
import { SimulatedDevice, type FleetParts } from './simulated-device.js';
import { Tally } from './tally.js';
import { Traffic } from './traffic.js';

const LOOK_EVERY_MS = 100;

/** Many devices in one process, and everything that they do written down. */
export class Fleet {
  readonly ledger = new Ledger();
  readonly tally = new Tally();
  readonly traffic = new Traffic();
  readonly devices: readonly SimulatedDevice[];
  private readonly startedAt = performance.now();
  private readonly http = new PlainFetch();
  private closing: Promise<void> | undefined;

  /** @param name begins the device ids: runs on one system must not meet */
  constructor(
    readonly options: FleetOptions,
    readonly name: string,
  ) {
    const parts: FleetParts = {
      options,
      ledger: this.ledger,
      tally: this.tally,
      traffic: this.traffic,
      fetch: this.http.fetch,
      elapsedMs: () => this.elapsedMs(),
    };
    this.devices = Array.from({ length: options.devices }, (_, index) => {
      const random = new Random(options.seed + index);
      return new SimulatedDevice(`${name}-${index}`, this.endpointsOf(index), parts, random);
    });
  }

  /** Milliseconds since it was started. */
  elapsedMs(): number {
    return performance.now() - this.startedAt;
  }

  /** Records without a verdict. */
  get queued(): number {
    return this.devices.reduce((sum, { queued }) => sum + queued, 0);
  }

  stopReporting(): void {
    for (const device of this.devices) device.stopReporting();
  }

  /** @returns whether every record got its verdict within the time, in milliseconds, and before the signal */
  async untilDelivered(timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    const giveUpAtMs = this.elapsedMs() + timeoutMs;
    while (this.queued > 0 && this.elapsedMs() < giveUpAtMs && signal?.aborted !== true) await delay(LOOK_EVERY_MS);
    return this.queued === 0;
  }

  /** Lets go of every device, timer and connection. Idempotent. */
  close(): Promise<void> {
    this.closing ??= Promise.all(this.devices.map((device) => device.close())).then(() => this.http.close());
    return this.closing;
  }

  /** Without a directory, each device begins at another endpoint of the list. */
  private endpointsOf(index: number): readonly string[] {
    const { endpoints } = this.options;
    const first = index % endpoints.length;
    return [...endpoints.slice(first), ...endpoints.slice(0, first)];
  }
}
