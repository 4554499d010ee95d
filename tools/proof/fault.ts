import type { PartitionPosition } from '@sluice/event-log';
import type { DeadCopy, Findings } from '../load/ledger/check.js';
import type { Generator, GeneratorOptions } from '../load/ledger/generator.js';
import type { Ledger } from '../load/ledger/ledger.js';
import type { Random } from '../load/ledger/random.js';
import type { ProofStack, Service } from './proof-stack.js';

/** What shows that a fault took effect: every count of it has to be above 0. */
export type Evidence = Record<string, number>;

/** What a fault works on while the load runs. */
export interface FaultScene<S = ProofStack> {
  system: S;
  ledger: Ledger;
  generator: Generator;
  /** Every choice of a fault comes from here, so that the seed gives the same run. */
  random: Random;
  /** Sluice's own devices carry this prefix; so must records that a fault sends by itself. */
  prefix: string;
  /** The offsets of the events topic before the load. */
  begun: readonly PartitionPosition[];
  evidence: Evidence;
  /** What else is worth a line. */
  notes: string[];
}

export interface Fault<S = ProofStack> {
  /** For `--fault`. */
  name: string;
  /** What is done, for the page. */
  title: string;
  /** Where the load is not to be the usual one. */
  load?: Partial<GeneratorOptions>;
  /** How many of each service run. */
  scale?: Partial<Record<Service, number>>;
  /** The reason that `/check-buffer` has to show during the fault, as in {@link FaultResult.shown}. */
  shows?: string;
  /** The naive consumer runs beside the worker, and meets the same. */
  withNaive?: boolean;
  /** Ends when the fault is over, its cause removed and its evidence noted; the load continues. */
  inject(scene: FaultScene<S>): Promise<void>;
  /** Looks once more after the drain, for what the ledger does not know. @returns what is wrong */
  verify?(scene: FaultScene<S>, dead: readonly DeadCopy[]): Promise<string[]> | string[];
}

/** Everything that one run of a fault has shown. */
export interface FaultResult {
  fault: Pick<Fault, 'name' | 'title'>;
  profile: string;
  seed: number;
  counts: { acked: number; refused: number; unknown: number; stored: number; deadLettered: number };
  findings: Findings & { invisible: string[] };
  /** Reads of the buffer and then of the records that were both answered while the load ran. */
  sampled: number;
  evidence: Evidence;
  /** What `/check-buffer` said during it, as `state` or `state: reason`. */
  shown: string[];
  /** What else was measured. */
  notes: string[];
  /** What else is wrong; empty if nothing is. */
  troubles: string[];
  naive?: NaiveResult;
}

export interface NaiveResult {
  acked: number;
  lost: number;
  doubled: number;
}

/** Whether the promise held and the fault took effect. */
export function isProven({ findings, evidence, troubles }: FaultResult): boolean {
  const isClean = Object.values(findings).every((ids) => ids.length === 0);
  return isClean && troubles.length === 0 && Object.values(evidence).every((count) => count > 0);
}
