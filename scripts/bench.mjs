// `npm run bench`: benchmarks that are ratios measured in one run, see docs/internals/benchmarks.md.
import { runFromSource } from './steps/typescript.mjs';

await runFromSource('tools/bench/main.ts');
