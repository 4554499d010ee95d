import { readFileSync } from 'node:fs';
import { PROBLEMS } from '@sluice/contracts';

/** A metric that docs/reference/metrics.md promises; that the code keeps the promise, `apps/standalone/src/metrics.spec.ts` tests. */
export interface DocumentedMetric {
  type: string;
  labels: readonly string[];
}

const DOCS = readFileSync(new URL('../../docs/reference/metrics.md', import.meta.url), 'utf8');

const ROWS = DOCS.split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()));

const quotedIn = (text = '') => [...text.matchAll(/`([^`]+)`/g)].map(([, quoted]) => quoted!);

const OURS = ROWS.filter(([, name]) => name!.startsWith('`sluice_')).map(
  ([, name, type, labels]): [string, DocumentedMetric] => [
    quotedIn(name)[0]!,
    { type: type!, labels: quotedIn(labels) },
  ],
);

const OF_NODE = ROWS.filter(([, name]) => /^`(process|nodejs)_/.test(name!)).flatMap(([, names]) =>
  quotedIn(names).map((name): [string, DocumentedMetric] => [name, { type: 'gauge', labels: [] }]),
);

export const DOCUMENTED_METRICS: ReadonlyMap<string, DocumentedMetric> = new Map([...OURS, ...OF_NODE]);

/** The values that docs/reference/metrics.md names for a label, whichever metric has it. */
export function documentedValues(label: string): readonly string[] {
  if (label === 'code') return Object.keys(PROBLEMS);
  return ROWS.filter(([, name]) => name!.startsWith(`\`${label}\``)).flatMap(([, , values]) => quotedIn(values));
}
