// `npm run chart`: writes what the chart has from elsewhere: its README, the names of settings in its schema, and the rules.
import { runFromSource } from './steps/typescript.mjs';

await runFromSource('test/charts/main.ts', [], { needsBuild: false });
