import { ATTACK, startAttack } from '../attackers.js';
import { startGateway } from '../gateway.js';
import { comparedText, compareWithQuiet, honestLoad } from '../honest-load.js';
import type { Proof } from '../proof.js';

const MAX_P99_RATIO = 2;

/** Honest devices while thousands of connections idle, send their headers or bodies a byte at a time, or have died unseen. */
export const slowClients: Proof = {
  name: 'slow-clients',
  async run({ rounds }) {
    const gateway = await startGateway();
    const attacked = () => honestLoadUnderAttack(gateway.url);
    try {
      await honestLoad(gateway.url);
      const compared = await compareWithQuiet(rounds, 'p99', () => honestLoad(gateway.url), attacked);
      const what = Object.entries(ATTACK).map(([kind, count]) => `${count} ${kind}`);
      return [
        {
          name: 'slow-clients',
          what: `honest devices beside ${what.join(', ')}`,
          figure: comparedText('p99', compared),
          bound: `at most ${MAX_P99_RATIO}, all 202`,
          holds: compared.ratio <= MAX_P99_RATIO && compared.refused === 0,
        },
      ];
    } finally {
      await gateway.stop();
    }
  },
};

/** Only the attack is measured: accepting and closing thousands of connections takes time too. */
async function honestLoadUnderAttack(url: string) {
  const attack = await startAttack(url);
  await honestLoad(url);
  const attacked = await honestLoad(url);
  await attack.stop('SIGKILL');
  await honestLoad(url);
  return attacked;
}
