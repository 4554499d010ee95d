import { readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { ROOT } from '../steps/child.mjs';

const FOLDERS = ['apps', 'libs', 'test', 'tools'];

/** The tier of a suite is in its file name: `x.spec.ts`, `x.chart-spec.ts`, `x.int-spec.ts` or `x.e2e-spec.ts`. */
export const UNIT = /\.spec\.ts$/;
export const ENGINES = /\.int-spec\.ts$/;
export const CHARTS = /\.chart-spec\.ts$/;
const END_TO_END = /\.e2e-spec\.ts$/;
/** `x-compose.e2e-spec.ts` is for one way of running only; without such a word at its end it is for all of them. */
const FOR_ONE_PROFILE = /(?:^|[./-])(standalone|container|compose)\.e2e-spec\.ts$/;

/** Every suite of the tree, as paths from its top, with `/`. */
export function allSuites() {
  return FOLDERS.flatMap(filesUnder)
    .map((path) => path.split(sep).join('/'))
    .filter((path) => /[.-]spec\.ts$/.test(path))
    .sort();
}

function filesUnder(folder) {
  const entries = readdirSync(join(ROOT, folder), { withFileTypes: true });
  return entries.flatMap((entry) =>
    entry.isDirectory() ? filesUnder(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}

/** Whether an end-to-end suite runs against this way of running. */
export function isForProfile(path, profile) {
  if (!END_TO_END.test(path)) return false;
  const only = FOR_ONE_PROFILE.exec(path)?.[1];
  return only === undefined || only === profile;
}
