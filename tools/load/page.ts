import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '@sluice/test-kit';

/** A row of a table in Markdown. */
export function tableRow(...cells: readonly (string | number)[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Replaces what a page has between `<!-- <block> -->` and `<!-- /<block> -->`. */
export async function replaceBlock(page: string, block: string, content: string): Promise<void> {
  const pattern = new RegExp(`(<!-- ${block} -->).*?(<!-- /${block} -->)`, 's');
  await rewrite(page, (text) => text.replace(pattern, (_whole, begin, end) => `${begin}\n\n${content}\n\n${end}`));
}

/** Puts rows into a table of a page; see {@link withRows}. */
export async function publishRows(page: string, block: string, rows: readonly string[]): Promise<void> {
  await rewrite(page, (text) => withRows(text, block, rows));
}

/**
 * A table's rows stand between `<!-- <block> -->` and `<!-- /<block> -->`, after the two lines of its head. The first cell of a row is
 * its key: a new row replaces the one with the same key, and the others stay.
 */
export function withRows(text: string, block: string, rows: readonly string[]): string {
  const pattern = new RegExp(`(<!-- ${block} -->\\n+\\|[^\\n]*\\n\\|[^\\n]*\\n)([^<]*)(<!-- /${block} -->)`);
  return text.replace(pattern, (_whole, head: string, old: string, end: string) => {
    const lines = [...old.split('\n').filter(Boolean), ...rows];
    const byKey = new Map(lines.map((line) => [keyOf(line), line]));
    return `${head}${[...byKey.values()].join('\n')}\n\n${end}`;
  });
}

function keyOf(line: string): string {
  return line.split('|')[1]!.trim();
}

async function rewrite(page: string, change: (text: string) => string): Promise<void> {
  const path = join(ROOT, page);
  await writeFile(path, change(await readFile(path, 'utf8')));
}
