import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { output } from '@sluice/test-kit';

interface Bom {
  bomFormat: string;
  metadata: { component: { name: string } };
  components: { name: string; 'bom-ref': string; hashes?: unknown[] }[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

const TIME_LIMIT_MS = 60_000;

describe('npm run sbom', () => {
  it(
    'The command npm run sbom lists the packages of the image, and none that only tests and tools need',
    async () => {
      const bom = JSON.parse(await output('node', 'scripts/sbom.mjs')) as Bom;
      const names = bom.components.map(({ name }) => name);
      expect(bom).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { name: 'sluice' } } });
      expect(names).toEqual(expect.arrayContaining(['kafkajs', 'mongoose', 'fastify', 'avvio']));
      for (const tool of ['jest', 'eslint', 'prettier', 'knip', 'typescript', 'playwright-core', '@sluice/test-kit'])
        expect(names).not.toContain(tool);
      const refs = new Set(bom.components.map((component) => component['bom-ref']));
      const unknown = bom.dependencies.flatMap(({ dependsOn }) => dependsOn).filter((ref) => !refs.has(ref));
      expect(unknown).toEqual([]);
    },
    TIME_LIMIT_MS,
  );

  it('The command npm run sbom describes the apps of the image', () => {
    const appsIn = (path: string, pattern: RegExp) =>
      [...readFileSync(path, 'utf8').matchAll(pattern)].map(([, app]) => app);
    const [, list = ''] = /APPS = \[(.*?)\]/.exec(readFileSync('scripts/image/shipped.mjs', 'utf8')) ?? [];
    expect([...list.matchAll(/'([\w-]+)'/g)].map(([, app]) => app)).toEqual(appsIn('Dockerfile', /-w apps\/([\w-]+)/g));
  });
});
