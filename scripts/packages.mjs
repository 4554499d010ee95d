// `npm run packages`: builds what other teams install, and packs each into dist/packages/*.tgz.
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { attempt } from './steps/attempt.mjs';
import { ROOT, StepError, run } from './steps/child.mjs';
import { ensureInstalled, node24, npm } from './steps/install.mjs';

const OUTPUT = 'dist/packages';

/** In the order in which they need each other: where each is described, and what it carries besides its code. */
const PACKAGES = [
  { library: 'contracts', home: 'libs/contracts/package', carries: ['schemas', 'asyncapi.yaml'] },
  { library: 'event-log', home: 'libs/event-log/package', carries: [] },
  { library: 'device', home: 'libs/device', carries: ['examples'] },
];

await attempt(async () => {
  await ensureInstalled();
  rmSync(join(ROOT, OUTPUT), { recursive: true, force: true });
  for (const each of PACKAGES) {
    const target = ['--outDir', `${OUTPUT}/${each.library}/dist`];
    await succeed(run(node24(), ['node_modules/typescript/bin/tsc', '-p', each.home, ...target]), each);
    gather(each);
    await succeed(
      npm('pack', `./${OUTPUT}/${each.library}`, '--pack-destination', OUTPUT, '--silent', '--ignore-scripts'),
      each,
    );
  }
});

/** Puts beside the code what belongs into the package. */
function gather({ library, home, carries }) {
  const target = join(ROOT, OUTPUT, library);
  mkdirSync(target, { recursive: true });
  const copy = (from, name) => cpSync(join(ROOT, from, name), join(target, name), { recursive: true });
  for (const name of ['package.json', 'README.md']) copy(home, name);
  for (const name of carries) copy(`libs/${library}`, name);
  copy('.', 'LICENSE');
}

async function succeed(program, { library }) {
  const { code } = await program;
  if (code !== 0) throw new StepError(`The package of libs/${library} could not be made, for the reason above.`);
}
