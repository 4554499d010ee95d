// `npm run fleet`: a fleet of simulated devices, see docs/internals/under-load.md. `npm run fleet:scaled`: the same on several gateways.
import { runFromSource } from './steps/typescript.mjs';

const PROGRAMS = { run: 'tools/fleet/main.ts', scaled: 'tools/fleet/scaled/main.ts' };
const [program, ...args] = process.argv.slice(2);

await runFromSource(PROGRAMS[program], args);
