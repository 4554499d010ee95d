// `npm run proof`: the delivery proof, see docs/internals/delivery-proof.md.
import { runFromSource } from './steps/typescript.mjs';

await runFromSource('tools/proof/main.ts');
