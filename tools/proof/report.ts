import { publishRows, tableRow } from '../load/page.js';
import { isProven, type FaultResult } from './fault.js';

const PAGE = 'docs/internals/delivery-proof.md';
const SHOWN_IDS = 20;

/** One fault in one line, and the ids below it for which the promise does not hold. */
export function lineOf(result: FaultResult): string {
  const { fault, profile, seed, counts, findings, sampled, evidence, shown, notes, troubles, naive } = result;
  const sums = Object.entries(findings).map(([name, ids]: [string, string[]]) => `${name} ${ids.length}`);
  const line = [
    `${isProven(result) ? 'held  ' : 'BROKEN'} ${fault.name} (${profile}, seed ${seed})`,
    list(counts),
    `${sums.join(', ')} (of ${sampled} sampled)`,
    `evidence: ${list(evidence)}`,
    `shown: ${shown.join(', ')}`,
    ...(naive ? [`naive: ${list({ ...naive })}`] : []),
  ].join('; ');
  const broken = Object.entries(findings).filter(([, ids]: [string, string[]]) => ids.length > 0);
  const ids = broken.map(([name, found]: [string, string[]]) => `  ${name}: ${found.slice(0, SHOWN_IDS).join(' ')}`);
  return [line, ...ids, ...[...notes, ...troubles].map((said) => `  ${said}`)].join('\n');
}

function list(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}

/** Puts the results into the tables of the page; rows of faults that were not run stay as they are. */
export async function publish(results: readonly FaultResult[]): Promise<void> {
  const naive = results.filter((result) => result.naive !== undefined);
  await publishRows(PAGE, 'faults', results.map(faultRow));
  await publishRows(PAGE, 'naive', naive.map(naiveRow));
}

function faultRow(result: FaultResult): string {
  const { fault, profile, seed, counts, findings, sampled, evidence, notes } = result;
  const { lost, doubled, phantoms, changed, reordered, invisible } = findings;
  const sums = [lost, doubled, phantoms, changed, invisible, reordered].map(({ length }) => length);
  const { acked, refused, unknown, stored, deadLettered } = counts;
  const where = profile === 'compose' ? '' : ` (${profile})`;
  const cells = [
    fault.title + where,
    acked,
    refused,
    unknown,
    stored,
    deadLettered,
    ...sums,
    sampled,
    [list(evidence), ...notes].join('; '),
    seed,
  ];
  return tableRow(`\`${fault.name}\``, ...cells);
}

function naiveRow({ fault, naive }: FaultResult): string {
  const { acked, lost, doubled } = naive!;
  return tableRow(`\`${fault.name}\``, fault.title, acked, lost, doubled);
}
