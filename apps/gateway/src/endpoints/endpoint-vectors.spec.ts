import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseEndpoints } from './parse-endpoints.js';
import { rankEndpoints, type Weighted } from './rank-endpoints.js';

const DOCS = join(import.meta.dirname, '../../../../docs');
const page = readFileSync(join(DOCS, 'guides/devices.md'), 'utf8');

interface Vectors {
  digests: { text: string; sha256: string }[];
  lists: { name: string; endpoints: Weighted[]; orders: Record<string, string[]> }[];
}
const { digests, lists } = JSON.parse(readFileSync(join(DOCS, 'reference/endpoint-vectors.json'), 'utf8')) as Vectors;
const orders = lists.flatMap(({ endpoints, orders }) =>
  Object.entries(orders).map(([deviceId, order]) => ({ deviceId, endpoints, order })),
);

describe('docs/reference/endpoint-vectors.json', () => {
  it('docs/reference/endpoint-vectors.json has the digests that SHA-256 gives', () => {
    expect(digests.map(({ text }) => hash('sha256', text))).toEqual(digests.map(({ sha256 }) => sha256));
  });

  it.each(orders)(
    'docs/reference/endpoint-vectors.json has the order of $deviceId as the gateway computes it',
    ({ deviceId, endpoints, order }) => {
      expect(rankEndpoints(deviceId, endpoints).map(({ url }) => url)).toEqual(order);
    },
  );
});

describe('docs/guides/devices.md', () => {
  const [, python = ''] = /```python\n(.*?)```/s.exec(page) ?? [];

  it('docs/guides/devices.md has a program in Python that computes every order of the vectors', () => {
    const calls = orders.map(({ deviceId, endpoints }) => [
      deviceId,
      endpoints.map(({ url, weight }) => [url, weight]),
    ]);
    const program = `${python}\nimport json, sys\nprint(json.dumps([order(*call) for call in json.load(sys.stdin)]))`;
    const answer = execFileSync('python3', ['-c', program], { input: JSON.stringify(calls), encoding: 'utf8' });
    expect(JSON.parse(answer)).toEqual(orders.map(({ order }) => order));
  });

  it('docs/guides/devices.md shows the beginning of a digest of the vectors', () => {
    const [, text, digest = '?'] = /printf '([^']+)' \| sha256sum +# begins with (\w+)/.exec(page) ?? [];
    expect(digests.find((each) => each.text === text)!.sha256).toMatch(new RegExp(`^${digest}`));
  });

  it('docs/guides/devices.md has a list of endpoints that can be read, and assigns as it says', () => {
    const [, text = ''] = /```\n(# one endpoint on each line.*?)```/s.exec(page) ?? [];
    const list = parseEndpoints(text, 'docs/guides/devices.md');
    expect(list.endpoints).toHaveLength(3);
    expect(list.forDevice('hall-7:oven')[0]!.url).toBe('https://gateway-3:8443');
    expect(list.forDevice('hall-7:press-1').at(-1)!.url).toBe('https://gateway-3:8443');
  });
});
