import type { Load, Outcome } from '../load/http-load.js';
import { runLoad } from '../load/run-load.js';

/** Devices as they should be: one record now and then, each on a connection that stays. */
const HONEST = { perSecond: 100, seconds: 5, connections: 50, recordsPerRequest: 1 };

/** @param who headers and address of the honest devices */
export function honestLoad(url: string, who: Pick<Load, 'headers' | 'localAddress'> = {}): Promise<Outcome> {
  return runLoad({ url, ...HONEST, ...who });
}
