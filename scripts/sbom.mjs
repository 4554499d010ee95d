// `npm run --silent sbom > sluice.cdx.json`: what the image contains of packages, as CycloneDX JSON on standard output.
import { spawnSync } from 'node:child_process';
import { attempt } from './steps/attempt.mjs';
import { ROOT, StepError } from './steps/child.mjs';
import { ensureInstalled } from './steps/install.mjs';

/** As in the Dockerfile. */
const APPS = ['gateway', 'buffer-worker', 'query', 'operator', 'archiver', 'standalone'];
const WORKSPACES = APPS.flatMap((app) => ['--workspace', `apps/${app}`]);

await attempt(async () => {
  await ensureInstalled();
  const bom = JSON.parse(npm('sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', ...WORKSPACES));
  console.log(JSON.stringify(only(bom, shippedPackages()), null, 2));
});

/**
 * The packages that the apps need at run time, as `name@version`. `npm sbom --omit dev` cannot list them: it omits what any other
 * workspace has as a development dependency too.
 */
function shippedPackages() {
  const lines = npm('ls', '--all', '--omit', 'dev', '--parseable', '--long', ...WORKSPACES).split('\n');
  return new Set(lines.map((line) => line.slice(ROOT.length).split(':')[1]));
}

function only(bom, packages) {
  const components = bom.components.filter((component) => packages.has(component['bom-ref']));
  const kept = new Set([bom.metadata.component, ...components].map((component) => component['bom-ref']));
  const dependencies = bom.dependencies
    .filter(({ ref }) => kept.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => kept.has(other)) }));
  // npm takes the name of the folder.
  const metadata = { ...bom.metadata, component: { ...bom.metadata.component, name: 'sluice' } };
  return { ...bom, metadata, components, dependencies };
}

function npm(...args) {
  const { status, stdout, stderr } = spawnSync('npm', args, {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new StepError(`npm ${args[0]} failed: ${stderr}`);
  return stdout;
}
