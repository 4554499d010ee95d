import { publishRows, tableRow } from '../load/page.js';
import { BROKERS } from './gateway.js';
import type { Finding, Proof } from './proof.js';

const PAGE = 'docs/internals/overload.md';

export function lineOf({ name, what, figure, bound, holds }: Finding): string {
  return `${holds ? 'held  ' : 'BROKEN'} ${name}: ${what}: ${figure} (${bound})`;
}

/** Puts the findings into the table of the page; rows of what was not run stay as they are. */
export async function publish({ block }: Proof, findings: readonly Finding[]): Promise<void> {
  await publishRows(PAGE, block ?? (BROKERS === undefined ? 'embedded' : 'kafka'), findings.map(rowOf));
}

function rowOf({ name, what, figure, bound, holds }: Finding): string {
  return tableRow(`\`${name}\``, what, figure, bound, holds ? 'yes' : '**no**');
}
