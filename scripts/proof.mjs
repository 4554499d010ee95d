// `npm run proof`: the delivery proof, see docs/delivery-proof.md.
import { runFromSource } from './steps/typescript.mjs';

await runFromSource('tools/proof/main.ts');
