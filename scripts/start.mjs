// `npm start`: installs what is missing, builds what is stale, runs the whole pipeline in one process.
// Plain JavaScript for any Node from 18 on; what it starts runs on Node 24.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attempt } from './steps/attempt.mjs';
import { MAIN, ensureBuilt } from './steps/build.mjs';
import { ROOT, endLike, run } from './steps/child.mjs';
import { ensureInstalled, node24 } from './steps/install.mjs';

const WATCH_INTERVAL_MS = 500;
/** As in the image. */
const { startOption, mallocArenas } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).config;

await attempt(async () => {
  await ensureInstalled();
  await ensureBuilt();
  const settings = existsSync(join(ROOT, '.env')) ? ['--env-file=.env'] : [];
  endWithNpm();
  const env = { MALLOC_ARENA_MAX: mallocArenas, ...process.env };
  endLike(await run(node24(), [startOption, ...settings, MAIN], { env }));
});

/** npm passes a SIGTERM to the shell between it and this script only; that shell ends with it, and the service would keep running. */
function endWithNpm() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const shell = process.ppid;
  setInterval(() => {
    if (process.ppid !== shell) process.kill(process.pid, 'SIGTERM');
  }, WATCH_INTERVAL_MS).unref();
}
