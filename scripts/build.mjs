// `npm run build`: installs what is missing, then builds the apps if a source has changed.
import { attempt } from './steps/attempt.mjs';
import { ensureBuilt } from './steps/build.mjs';
import { ensureInstalled } from './steps/install.mjs';

await attempt(async () => {
  await ensureInstalled();
  await ensureBuilt();
});
