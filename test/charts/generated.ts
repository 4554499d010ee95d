import { join } from 'node:path';
import { ALL_SETTINGS } from '../configuration/all-settings.js';
import { CHART, readChart, RULES, RULES_OF_CHART, textsIn } from './chart-files.js';
import { valuesPage } from './values-page.js';

/** What the chart has from elsewhere, by the path of each file. Helm reads nothing outside of a chart, so these are copies. */
export function generatedFiles(): Record<string, string> {
  const rules = Object.entries(textsIn(RULES)).map(([file, text]) => [join(RULES_OF_CHART, file), text]);
  return {
    ...(Object.fromEntries(rules) as Record<string, string>),
    [join(CHART, 'README.md')]: valuesPage(readChart('values.yaml')),
    [join(CHART, 'files/settings.txt')]: `${ALL_SETTINGS.map(({ key }) => key).join('\n')}\n`,
  };
}
