import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { load } from 'js-yaml';

interface Manifest {
  name: string;
  version: string;
  [kind: string]: unknown;
}

const KINDS = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'];

const textOf = (path: string): string => readFileSync(path, 'utf8');
const jsonOf = <T>(path: string): T => JSON.parse(textOf(path)) as T;

const { version } = jsonOf<Manifest>('package.json');
const manifests = ['{apps,libs,examples}/*/package.json', '{tools,test}/package.json'].flatMap((path) =>
  globSync(path),
);

/** What a manifest says of our own packages, as `name@version`. */
function ownIn(manifest: Manifest): string[] {
  const named = KINDS.flatMap((kind) => Object.entries((manifest[kind] ?? {}) as Record<string, string>));
  return named.filter(([name]) => name.startsWith('@sluice/')).map(([name, wanted]) => `${name}@${wanted}`);
}

describe('The version of a release', () => {
  it.each(manifests)('The version is in %s, for itself and for our packages that it needs', (path) => {
    const manifest = jsonOf<Manifest>(path);
    expect(manifest.version).toBe(version);
    expect(ownIn(manifest).filter((own) => !own.endsWith(`@${version}`))).toEqual([]);
  });

  it('The version is in package-lock.json', () => {
    const { packages } = jsonOf<{ packages: Record<string, Manifest & { link?: boolean }> }>('package-lock.json');
    const ours = Object.entries(packages).filter(([path]) => !path.includes('node_modules/'));
    expect(ours.length).toBeGreaterThan(20);
    for (const [path, entry] of ours) {
      expect({ path, version: entry.version }).toEqual({ path, version });
      expect(ownIn(entry).filter((own) => !own.endsWith(`@${version}`))).toEqual([]);
    }
  });

  it('The version is that of the chart and of the image that it starts', () => {
    expect(load(textOf('charts/sluice/Chart.yaml'))).toMatchObject({ version, appVersion: version });
  });

  it('The version is that of the descriptions of the API and of the events', () => {
    for (const path of ['openapi/openapi.json', 'asyncapi/asyncapi.json'])
      expect(jsonOf(`libs/contracts/${path}`)).toMatchObject({ info: { version } });
    expect(load(textOf('libs/contracts/asyncapi.yaml'))).toMatchObject({ info: { version } });
  });

  it('The version is the first one of the changelog, below Unreleased', () => {
    const titles = [...textOf('CHANGELOG.md').matchAll(/^## (.*)$/gm)].map(([, title]) => title!);
    expect(titles[0]).toBe('Unreleased');
    expect(titles[1]).toMatch(new RegExp(`^${version.replaceAll('.', '\\.')} \\(\\d{4}-\\d{2}-\\d{2}\\)$`));
  });

  it('The version is that of the images in the Dockerfile and the documents', () => {
    for (const path of ['Dockerfile', 'docs/operations/kubernetes.md', 'docs/internals/release.md']) {
      const tags = [...textOf(path).matchAll(/registry\.example\/sluice:(\d[\w.-]*)/g)].map(([, tag]) => tag);
      expect({ path, tags: [...new Set(tags)] }).toEqual({ path, tags: [version] });
    }
  });
});
