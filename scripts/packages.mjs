// `npm run packages`: builds what other teams install, and packs each into dist/packages/*.tgz.
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { attempt } from './steps/attempt.mjs';
import { ROOT, StepError, run } from './steps/child.mjs';
import { ensureInstalled, node24, npm } from './steps/install.mjs';

const OUTPUT = 'dist/packages';

/** In the order in which they need each other. */
const PACKAGES = [
  'async',
  'settings',
  'sqlite',
  'contracts',
  'event-log',
  'event-log-kafka',
  'event-log-sqlite',
  'batch-transport',
  'device',
];

await attempt(async () => {
  await ensureInstalled();
  rmSync(join(ROOT, OUTPUT), { recursive: true, force: true });
  mkdirSync(join(ROOT, OUTPUT), { recursive: true });
  for (const name of PACKAGES) {
    const folder = `libs/${name}`;
    rmSync(join(ROOT, folder, 'dist'), { recursive: true, force: true });
    await succeed(run(node24(), ['node_modules/typescript/bin/tsc', '-p', configOf(folder)]), folder);
    cpSync(join(ROOT, 'LICENSE'), join(ROOT, folder, 'LICENSE'));
    await succeed(npm('pack', `./${folder}`, '--pack-destination', OUTPUT, '--silent', '--ignore-scripts'), folder);
  }
});

async function succeed(program, folder) {
  const { code } = await program;
  if (code !== 0) throw new StepError(`The package of ${folder} could not be made, for the reason above.`);
}

/** The device library builds outside of this repository too, with its own configuration. */
function configOf(folder) {
  const config = `${folder}/tsconfig.build.json`;
  return existsSync(join(ROOT, config)) ? config : folder;
}
