import type { Outcome } from '../../load/http-load.js';
import { startHeavyReading } from '../attackers.js';
import { BROKERS } from '../gateway.js';
import { comparedText, compareWithQuiet, honestLoad } from '../honest-load.js';
import type { Finding, Proof } from '../proof.js';
import { startReadable } from '../readable.js';
import { storeSeries } from '../stored-series.js';

const MAX_P99_RATIO = 1.5;
/** A p99 of 1,000 requests. */
const SECONDS = 10;

/** Honest devices beside two exports and four series, each of all records, that begin again when they have ended. */
export const heavyReads: Proof = {
  name: 'heavy-reads',
  async run({ rounds }) {
    const system = await startReadable();
    try {
      await storeSeries(system.url);
      const quiet = () => honestLoad(system.url, {}, SECONDS);
      await quiet();
      return [await measure(system.url, rounds, quiet)];
    } finally {
      await system.stop();
    }
  },
};

async function measure(url: string, rounds: number, quiet: () => Promise<Outcome>): Promise<Finding> {
  const ended = { export: 0, series: 0, refused: 0 };
  const beside = async () => {
    const reading = await startHeavyReading(url);
    const outcome = await quiet();
    await reading.stop('SIGKILL');
    for (const word of reading.output.split('\n')) if (word in ended) ended[word as keyof typeof ended]++;
    return outcome;
  };
  const compared = await compareWithQuiet(rounds, 'p99', quiet, beside);
  const counts = `${ended.export} exports and ${ended.series} series ended, ${ended.refused} were refused`;
  return {
    name: 'heavy-reads',
    what: `honest devices beside 2 exports and 4 series without a rest${BROKERS === undefined ? '' : ', all services on one core'}`,
    figure: `${comparedText('p99', compared)}; ${counts}`,
    bound: `below ${MAX_P99_RATIO}, all 202, some of each ended`,
    holds: compared.ratio < MAX_P99_RATIO && compared.refused === 0 && ended.export > 0 && ended.series > 0,
  };
}
