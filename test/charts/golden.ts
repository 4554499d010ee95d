import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dump } from 'js-yaml';
import type { KubernetesObject } from './helm.js';

const UPDATE = process.env['UPDATE_GOLDEN'] === 'true';

/**
 * What a golden file holds. With UPDATE_GOLDEN=true it is written first, so that a change of the chart shows in the diff of a commit.
 *
 * @param text the objects as they were rendered now
 */
export function golden(name: string, text: string): string {
  const url = new URL(`golden/${name}.yaml`, import.meta.url);
  if (UPDATE) writeFileSync(url, text);
  if (!existsSync(url))
    throw new Error(`There is no golden file of ${name}: write it by UPDATE_GOLDEN=true npm test -- --tier charts.`);
  return readFileSync(url, 'utf8');
}

/**
 * The objects as YAML, in a fixed order, so that the order in which Helm writes them does not matter. Rules of Prometheus
 * are left out: the suite holds them against their source.
 */
export function asText(objects: readonly KubernetesObject[]): string {
  const title = ({ kind, metadata: { name } }: KubernetesObject) => `${kind} ${name}`;
  const sorted = [...objects].sort((one, other) => (title(one) < title(other) ? -1 : 1));
  const shown = sorted.map((object) => (object.kind === 'PrometheusRule' ? { ...object, spec: {} } : object));
  return shown.map((object) => dump(object, { lineWidth: 140, noRefs: true })).join('---\n');
}
