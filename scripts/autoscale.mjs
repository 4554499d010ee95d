// `npm run autoscale`: the number of workers that follows the lag, see docs/operations/autoscaling.md.
import { runFromSource } from './steps/typescript.mjs';

await runFromSource('tools/autoscale/main.ts', process.argv.slice(2), { needsBuild: false });
