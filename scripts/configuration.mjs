// `npm run configuration`: writes docs/reference/configuration.md from the tables of settings in the code.
import { runFromSource } from './steps/typescript.mjs';

await runFromSource('test/configuration/main.ts', [], { needsBuild: false });
