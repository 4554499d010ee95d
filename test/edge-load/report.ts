import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceRows } from '../proof/report.js';
import { ROOT } from '../support/program.js';
import type { Finding, Proof } from './proof.js';

const PAGE = join(ROOT, 'docs/overload.md');

export function lineOf({ name, what, figure, bound, holds }: Finding): string {
  return `${holds ? 'held  ' : 'BROKEN'} ${name}: ${what}: ${figure} (${bound})`;
}

/** Puts the findings into the table of the page; rows of what was not run stay as they are. */
export async function publish({ block }: Proof, findings: readonly Finding[]): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  const engine = process.env['KAFKA_BROKERS'] === undefined ? 'embedded' : 'kafka';
  await writeFile(PAGE, replaceRows(page, block ?? engine, findings.map(rowOf)));
}

function rowOf({ name, what, figure, bound, holds }: Finding): string {
  return `| ${[`\`${name}\``, what, figure, bound, holds ? 'yes' : '**no**'].join(' | ')} |`;
}
