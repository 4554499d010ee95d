// `npm run --silent sbom > sluice.cdx.json`: what the image contains of packages, as CycloneDX JSON on standard output.
import { npm, shippedPackages, WORKSPACES } from './image/shipped.mjs';
import { attempt } from './steps/attempt.mjs';
import { ROOT } from './steps/child.mjs';
import { ensureInstalled } from './steps/install.mjs';

await attempt(async () => {
  await ensureInstalled();
  const bom = JSON.parse(npm(ROOT, 'sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', ...WORKSPACES));
  console.log(JSON.stringify(only(bom, new Set(shippedPackages(ROOT).map(({ id }) => id))), null, 2));
});

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
