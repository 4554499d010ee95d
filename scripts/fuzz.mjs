// `npm run fuzz`: attacks the whole HTTP edge of a standalone service with requests that are almost right, and checks that nothing that
// was accepted has changed.
//   npm run fuzz -- --minutes 5 --seed 7
//   npm run fuzz -- --seed 7 --only 4711      one attack, shown
import { runFromSource } from './steps/typescript.mjs';

await runFromSource('tools/fuzz/main.ts');
