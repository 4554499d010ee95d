/** `npm run reading-oracle`: compares the reading API with a plain oracle over a large sample. */
import { seedOfRun } from '../load/ledger/random.js';
import { optionsOf } from '../load/options.js';
import { compareWithOracle } from './reading-oracle.js';

const USAGE = `npm run reading-oracle -- [options]: every read compared with a plain oracle; on MongoDB with MONGO_URL.

  --records N     how many are stored; 1000000 if left out
  --questions N   how many are asked of each kind; 200 if left out
  --seed N        the same records and questions again`;

const { values } = optionsOf(USAGE, {
  options: {
    records: { type: 'string', default: '1000000' },
    questions: { type: 'string', default: '200' },
    seed: { type: 'string' },
  },
});
const seed = values.seed === undefined ? seedOfRun() : Number(values.seed);
const storeUrl = process.env['MONGO_URL'];
console.log(`${storeUrl === undefined ? 'SQLite' : 'MongoDB'}, seed ${seed}`);
const { compared, differed, faults } = await compareWithOracle({
  records: Number(values.records),
  questions: Number(values.questions),
  seed,
  ...(storeUrl !== undefined && { storeUrl }),
  report: console.log,
});
for (const fault of faults) console.log(fault);
console.log(`${compared} answers compared, ${differed} differ`);
if (differed > 0) process.exitCode = 1;
