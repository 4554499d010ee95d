import type { Program } from '../load/program.js';

const SAMPLE_EVERY_MS = 100;

/** Samples the resident memory of a program while something runs. */
export class MemoryPeak {
  readonly startMiB: number;
  #peakMiB: number;
  readonly #timer: NodeJS.Timeout;

  constructor(program: Program) {
    this.startMiB = this.#peakMiB = program.residentMiB;
    this.#timer = setInterval(() => (this.#peakMiB = Math.max(this.#peakMiB, program.residentMiB)), SAMPLE_EVERY_MS);
  }

  /** @returns the most that it has had, in MiB */
  stop(): number {
    clearInterval(this.#timer);
    return this.#peakMiB;
  }
}
