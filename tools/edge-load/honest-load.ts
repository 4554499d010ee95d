import { medians } from '../load/figures.js';
import type { Load, Outcome } from '../load/http-load.js';
import { notAccepted, runLoad } from '../load/run-load.js';

/** Devices as they should be: one record now and then, each on a connection that stays. */
const HONEST = { perSecond: 100, seconds: 5, connections: 50, recordsPerRequest: 1 };

/** Headers and address of a sender. */
export type Sender = Pick<Load, 'headers' | 'localAddress'>;

export function honestLoad(url: string, who: Sender = {}, seconds = HONEST.seconds): Promise<Outcome> {
  return runLoad({ url, ...HONEST, seconds, ...who });
}

/** Honest devices alone and then under an attack, in turn, as the median of all rounds. */
export interface Compared {
  quietMs: number;
  attackedMs: number;
  ratio: number;
  /** Requests of honest devices that were not answered 202. */
  refused: number;
}

/**
 * @param quantile of the times of honest devices that is compared
 * @param attacked sends the honest load while an attack is on, and ends the attack
 */
export async function compareWithQuiet(
  rounds: number,
  quantile: 'p50' | 'p99',
  quiet: () => Promise<Outcome>,
  attacked: () => Promise<Outcome>,
): Promise<Compared> {
  const measured: Record<keyof Compared, number>[] = [];
  for (let round = 0; round < rounds; round++) {
    const outcomes = [await quiet(), await attacked()] as const;
    const [quietMs, attackedMs] = [outcomes[0].acceptedMs[quantile], outcomes[1].acceptedMs[quantile]];
    const refused = notAccepted(outcomes[0]) + notAccepted(outcomes[1]);
    measured.push({ quietMs, attackedMs, ratio: attackedMs / quietMs, refused });
  }
  return medians(measured);
}

/** The figures of a comparison as text. */
export function comparedText(quantile: 'p50' | 'p99', { quietMs, attackedMs, ratio, refused }: Compared): string {
  const times = `${quantile} ${attackedMs.toFixed(1)} ms, quiet ${quietMs.toFixed(1)} ms: ${ratio.toFixed(2)}`;
  return `${times}; ${refused} not 202`;
}
