import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '@sluice/test-kit';

export const CHART = join(ROOT, 'charts/sluice');
export const EXAMPLES = join(CHART, 'examples');
export const RULES_OF_CHART = join(CHART, 'files/rules');
export const RULES = join(ROOT, 'observe/prometheus/rules');

/** The texts of a folder's files, by their names. */
export function textsIn(folder: string): Record<string, string> {
  return Object.fromEntries(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
}

export const readChart = (path: string): string => readFileSync(join(CHART, path), 'utf8');
