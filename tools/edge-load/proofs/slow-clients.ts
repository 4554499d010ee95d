import { medians } from '../../load/figures.js';
import { startGateway } from '../gateway.js';
import type { Server } from '../../load/server.js';
import { honestLoad } from '../honest-load.js';
import { notAccepted } from '../../load/run-load.js';
import type { Proof, ProofOptions } from '../proof.js';
import { besiege, SIEGE } from '../siege.js';

const MAX_P99_RATIO = 2;

/** Honest devices while thousands of connections idle, send their headers or bodies a byte at a time, or have died unseen. */
export const slowClients: Proof = {
  name: 'slow-clients',
  async run(options) {
    const gateway = await startGateway();
    try {
      await honestLoad(gateway.url);
      const { quietMs, besiegedMs, ratio, refused } = medians(await measureRounds(gateway, options));
      const what = Object.entries(SIEGE).map(([kind, count]) => `${count} ${kind}`);
      return [
        {
          name: 'slow-clients',
          what: `honest devices beside ${what.join(', ')}`,
          figure: `p99 ${besiegedMs.toFixed(1)} ms, quiet ${quietMs.toFixed(1)} ms: ${ratio.toFixed(2)}; ${refused} not 202`,
          bound: `at most ${MAX_P99_RATIO}, all 202`,
          holds: ratio <= MAX_P99_RATIO && refused === 0,
        },
      ];
    } finally {
      await gateway.stop();
    }
  },
};

/** What is measured is the siege: to let thousands of connections in, and to see them off, takes a moment of its own. */
async function measureRounds({ url }: Server, { rounds }: ProofOptions) {
  const measured = [];
  for (let round = 0; round < rounds; round++) {
    const quiet = await honestLoad(url);
    const siege = await besiege(url);
    await honestLoad(url);
    const besieged = await honestLoad(url);
    await siege.stop('SIGKILL');
    await honestLoad(url);
    const [quietMs, besiegedMs] = [quiet.acceptedMs.p99, besieged.acceptedMs.p99];
    measured.push({
      quietMs,
      besiegedMs,
      ratio: besiegedMs / quietMs,
      refused: notAccepted(quiet) + notAccepted(besieged),
    });
  }
  return measured;
}
