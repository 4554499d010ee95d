// `npm run --silent helm -- template charts/sluice`: Helm 4, which is built once where it is missing.
import { attempt } from './steps/attempt.mjs';
import { endLike, run } from './steps/child.mjs';
import { ensureHelm } from './steps/helm.mjs';

await attempt(async () => endLike(await run(ensureHelm(), process.argv.slice(2))));
