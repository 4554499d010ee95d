import { check, type DeadCopy, type StoredCopy } from '../load/ledger/check.js';
import { Generator, type GeneratorOptions } from '../load/ledger/generator.js';
import { Ledger } from '../load/ledger/ledger.js';
import { Random } from '../load/ledger/random.js';
import { until } from '@sluice/test-kit';
import type { FaultResult } from './fault.js';
import { VisibilitySampler } from './visibility-sampler.js';
import { StateWatch } from './state-watch.js';

/** A container that was killed comes up, a broker's session runs out. */
const PATIENCE = { tries: 1800 };

/** Devices that send, the ledger of what they sent, and those who look at both views while they do. */
export class ObservedLoad {
  readonly ledger = new Ledger();
  readonly generator: Generator;
  readonly #sampler: VisibilitySampler;
  readonly #watch: StateWatch;

  constructor(
    baseUrl: string,
    private readonly options: GeneratorOptions,
  ) {
    this.generator = new Generator(() => baseUrl, this.ledger, options);
    this.#sampler = new VisibilitySampler(baseUrl, this.ledger, new Random(options.seed));
    this.#watch = new StateWatch(baseUrl);
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    await Promise.all([this.generator.stop(), this.#sampler.stop(), this.#watch.stop()]);
  }

  /** What it comes to, once it is stopped and the system has drained; without what the fault itself has to say. */
  result(stored: readonly StoredCopy[], dead: readonly DeadCopy[]): Omit<FaultResult, OfTheFault> {
    return {
      seed: this.options.seed,
      counts: { ...this.ledger.counts(), stored: stored.length, deadLettered: dead.length },
      findings: { ...check(this.ledger, stored, dead), invisible: this.#sampler.invisible },
      sampled: this.#sampler.sampled,
      shown: this.#watch.seen,
      troubles: troublesOf(this.generator),
    };
  }
}

type OfTheFault = 'fault' | 'profile' | 'evidence' | 'notes' | 'naive';

/** Waits until so many more records are acknowledged. */
export async function acknowledged(ledger: Ledger, more: number): Promise<void> {
  const wanted = ledger.acked + more;
  await until(`${more} more records are acknowledged`, () => ledger.acked >= wanted || undefined, PATIENCE);
}

/** What no fault excuses. */
export function troublesOf({ withoutRetryAfter, unexpected }: Generator): string[] {
  const missing = withoutRetryAfter > 0 ? [`${withoutRetryAfter} answers 503 without Retry-After`] : [];
  return [...missing, ...[...new Set(unexpected)].map((answer) => `a valid record was answered ${answer}`)];
}
