import { seedOfRun } from '../load/ledger/random.js';
import { optionsOf } from '../load/options.js';
import { Standalone } from '@sluice/test-kit';
import { attackOf } from './attacks.js';
import { fuzz } from './fuzz.js';

const MINUTE_MS = 60_000;

const USAGE = `npm run fuzz -- [options]: random attacks on the standalone app.

  --minutes N   how long; 5 if left out
  --seed N      the same attacks again
  --only N      one attack of the seed`;

const { values } = optionsOf(USAGE, {
  options: { minutes: { type: 'string', default: '5' }, seed: { type: 'string' }, only: { type: 'string' } },
});
const seed = values.seed === undefined ? seedOfRun() : Number(values.seed);
const only = values.only === undefined ? undefined : Number(values.only);
const endMs = Date.now() + Number(values.minutes) * MINUTE_MS;

if (only !== undefined) console.log(attackOf(seed, only));
const standalone = await Standalone.start({ LOG_LEVEL: 'error' });
try {
  const mayGoOn = (count: number): boolean => (only === undefined ? Date.now() < endMs : count === 0);
  const { attacks, accepted, faults } = await fuzz({ baseUrl: standalone.baseUrl, seed, first: only ?? 0, mayGoOn });
  if (standalone.log !== '') faults.push(`the service complained: ${standalone.log.slice(0, 2000)}`);
  if ((await standalone.end()) !== 0) faults.push('the service did not stop as it should');
  for (const fault of faults) console.log(fault);
  console.log(`${attacks} attacks, ${accepted} records accepted and compared, ${faults.length} faults (seed ${seed})`);
  if (faults.length > 0) {
    console.log(`Again: npm run fuzz -- --seed ${seed} --only <number of the attack>`);
    process.exitCode = 1;
  }
} finally {
  await standalone.dispose();
}
