import { publishRows, replaceBlock, tableRow } from '../../load/page.js';
import { isHeld, type Figure, type ScenarioResult } from './result.js';

const PAGE = 'docs/internals/under-load.md';
const SCALING_PAGE = 'docs/operations/scaling.md';

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
  const rows = figures.map(({ name: figure, value, wanted }) => tableRow(figure, value, wanted));
  await publishRows(PAGE, name, rows);
}

/** Puts what a record takes into the page about scaling. */
export async function publishBytes(figures: readonly Figure[]): Promise<void> {
  await publishRows(
    SCALING_PAGE,
    'bytes',
    figures.map(({ name, value }) => tableRow(name, value)),
  );
}

/** Puts the output of a run into the page. */
export async function publishOutput(text: string): Promise<void> {
  await replaceBlock(PAGE, 'output', `\`\`\`text\n${text}\n\`\`\``);
}
