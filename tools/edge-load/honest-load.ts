import { runLoad, type Load, type Outcome } from './load.js';

/** Devices as they should be: one record now and then, each on a connection that stays. */
const HONEST = { perSecond: 100, seconds: 5, connections: 50, recordsPerRequest: 1 };

/** @param who headers and address of the honest devices */
export function honestLoad(url: string, who: Pick<Load, 'headers' | 'localAddress'> = {}): Promise<Outcome> {
  return runLoad({ url, ...HONEST, ...who });
}

/** Answers to honest devices that were not 202, and requests without any. */
export function turnedAway({ statuses, errors, unsent }: Outcome): number {
  const answers = Object.values(statuses).reduce((sum, count) => sum + count, 0);
  return answers - (statuses['202'] ?? 0) + errors + unsent;
}
