import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { bundleAsyncApi } from './bundle-asyncapi.js';

const FILE = new URL('../../libs/contracts/asyncapi/asyncapi.json', import.meta.url);
const REFRESH = 'ASYNCAPI_REFRESH=1 npm test -- test/asyncapi, then npm run format';

const described = bundleAsyncApi();
if (process.env['ASYNCAPI_REFRESH']) writeFileSync(FILE, JSON.stringify(described, null, 2));
const committed = JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, unknown>;

describe('asyncapi.json', () => {
  it('asyncapi.json has the content of asyncapi.yaml and of the schemas next to it', () => {
    const advice = `after a change: ${REFRESH}`;
    expect({ advice, ...committed }).toEqual({ advice, ...described });
  });

  it('asyncapi.json has no reference to a missing part', () => {
    const refs = [...JSON.stringify(committed).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref!);
    expect(refs.length).toBeGreaterThan(10);
    for (const ref of refs) expect([ref, at(ref)]).toEqual([ref, expect.anything()]);
  });

  function at(ref: string): unknown {
    const [root, ...steps] = ref.split('/');
    if (root !== '#') return undefined;
    return steps.reduce<unknown>((value, step) => (value as Record<string, unknown> | undefined)?.[step], committed);
  }
});
