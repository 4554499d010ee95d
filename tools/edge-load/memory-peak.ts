import type { GatewayProcess } from './gateway-process.js';

const LOOK_EVERY_MS = 100;

/** Looks at the memory of the gateway while something runs. */
export class MemoryPeak {
  readonly startMiB: number;
  #peakMiB: number;
  readonly #timer: NodeJS.Timeout;

  constructor(gateway: GatewayProcess) {
    this.startMiB = this.#peakMiB = gateway.residentMiB;
    this.#timer = setInterval(() => (this.#peakMiB = Math.max(this.#peakMiB, gateway.residentMiB)), LOOK_EVERY_MS);
  }

  /** @returns the most that it has had, in MiB */
  stop(): number {
    clearInterval(this.#timer);
    return this.#peakMiB;
  }
}
