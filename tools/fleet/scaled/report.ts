import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceRows } from '../../proof/report.js';
import { ROOT } from '@sluice/test-kit';
import { isHeld, type Figure, type ScenarioResult } from './result.js';

const PAGE = join(ROOT, 'docs/under-load.md');
const SCALING_PAGE = join(ROOT, 'docs/scaling.md');

/** One line for each figure. */
export function textOf(result: ScenarioResult): string {
  const { name, figures, seed } = result;
  const lines = figures.map(
    ({ name: figure, value, wanted, holds }) =>
      `  ${holds ? 'ok    ' : 'BROKEN'} ${figure}: ${value} (wanted: ${wanted})`,
  );
  return [`${isHeld(result) ? 'held' : 'BROKEN'} ${name} (seed ${seed})`, ...lines].join('\n');
}

/** Puts the figures into the tables of the page. */
export async function publish({ name, figures }: ScenarioResult): Promise<void> {
  const rows = figures.map(({ name: figure, value, wanted }) => `| ${figure} | ${value} | ${wanted} |`);
  await writeFile(PAGE, replaceRows(await readFile(PAGE, 'utf8'), name, rows));
}

/** Puts what a record takes into the page about scaling. */
export async function publishBytes(figures: readonly Figure[]): Promise<void> {
  const rows = figures.map(({ name, value }) => `| ${name} | ${value} |`);
  await writeFile(SCALING_PAGE, replaceRows(await readFile(SCALING_PAGE, 'utf8'), 'bytes', rows));
}

/** Puts what a person saw of a run into the page. */
export async function publishOutput(text: string): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  const block = /(<!-- output -->).*?(<!-- \/output -->)/s;
  await writeFile(
    PAGE,
    page.replace(block, (_whole, start: string, end: string) => `${start}\n\n\`\`\`text\n${text}\n\`\`\`\n\n${end}`),
  );
}
