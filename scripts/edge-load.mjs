// `npm run edge-load`: the load proofs of the edge, see docs/internals/overload.md.
import { runFromSource } from './steps/typescript.mjs';

await runFromSource('tools/edge-load/main.ts');
