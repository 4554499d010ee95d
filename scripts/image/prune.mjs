// In the image build: removes from node_modules what the apps do not need at run time, and what is in packages for people only.
import { globSync, rmSync } from 'node:fs';
import { shippedPackages } from './shipped.mjs';

const INSTALLED = ['node_modules/**/package.json'];
const FOR_PEOPLE = [
  'node_modules/**/*.map',
  'node_modules/**/*.d.ts',
  'node_modules/**/*.d.mts',
  'node_modules/**/*.d.cts',
];

const shipped = new Set(shippedPackages(process.cwd()).map(({ path }) => path));

/** Whether the folder of a package.json is a package, and not a folder within one. */
const isPackage = (folder) => /(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/.test(folder);

for (const manifest of globSync(INSTALLED)) {
  const folder = manifest.slice(0, manifest.lastIndexOf('/'));
  if (isPackage(folder) && !shipped.has(folder)) rmSync(folder, { recursive: true, force: true });
}
// Our own packages are built into the apps.
rmSync('node_modules/@sluice', { recursive: true, force: true });
rmSync('node_modules/.bin', { recursive: true, force: true });
for (const file of globSync(FOR_PEOPLE)) rmSync(file, { force: true });
