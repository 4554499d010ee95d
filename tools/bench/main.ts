// `npm run bench`: every figure is a ratio that was measured side by side in one run, because the machine is never quiet.
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '@sluice/test-kit';
import { disposing } from '../load/compose-project.js';
import { replaceBlock, tableRow } from '../load/page.js';
import { optionsOf, requireKnown } from '../load/options.js';
import { pinLoadGenerator } from '../load/program.js';
import { benchAccess } from './access.js';
import { benchArchive } from './archive.js';
import { chartOf } from './chart.js';
import { compareWith } from './compare.js';
import { benchConsume } from './consume.js';
import { benchEdgeOptions } from './edge-options.js';
import { Engines } from './engines.js';
import { benchGrowth } from './growth.js';
import { benchIngest } from './ingest.js';
import { benchLatency } from './latency.js';
import { benchMemory } from './memory.js';
import type { Row } from './result.js';
import { benchTracing } from './tracing.js';

const ON_FILES: Record<string, () => Promise<Row[]>> = {
  growth: () => benchGrowth(),
  tracing: () => benchTracing(),
  access: () => benchAccess(),
  edge: () => benchEdgeOptions(),
  archive: () => benchArchive(),
};
/** With fewer rows if there are no engines. */
const ON_EITHER: Record<string, (engines: Engines | undefined) => Promise<Row[]>> = {
  ingest: (engines) => benchIngest(engines),
  latency: (engines) => benchLatency(engines),
};
const ON_ENGINES: Record<string, (engines: Engines) => Promise<Row[]>> = {
  consume: (engines) => benchConsume(engines),
  memory: (engines) => benchMemory(engines),
};
const NAMES = ['ingest', 'latency', 'consume', 'growth', 'memory', 'tracing', 'access', 'edge', 'archive'];
const PAGE = 'docs/internals/benchmarks.md';
const CHARTS = 'docs/internals/charts';

const USAGE = `npm run bench -- [options] [name ...]: speed as ratios, all variants in turns in one run.

  name            ${NAMES.join(', ')}; all if left out
  --compare REF   this tree and that commit, in turns
  --write         puts the tables into ${PAGE}`;

const { values, positionals } = optionsOf(USAGE, {
  allowPositionals: true,
  options: { write: { type: 'boolean', default: false }, compare: { type: 'string' } },
});
const names = positionals.length > 0 ? positionals : NAMES;
requireKnown('benchmark', names, NAMES);

pinLoadGenerator();
const work = values.compare === undefined ? runAll : () => compareWith(values.compare!, engines);
const engines = names.every((name) => name in ON_FILES) ? undefined : await Engines.start();
if (engines === undefined) await work();
else await disposing(engines, work);
process.exit();

async function runAll(): Promise<void> {
  for (const name of names) {
    const rows = await rowsOf(name);
    if (rows === undefined) console.error(`${name} did not run: Docker cannot be reached.`);
    else await report(name, rows);
  }
}

async function report(name: string, rows: readonly Row[]): Promise<void> {
  const table = asTable(rows);
  console.log(`\n${table}`);
  if (!values.write) return;
  const chart = `${name}.svg`;
  await writeFile(join(ROOT, CHARTS, chart), chartOf(rows));
  await replaceBlock(PAGE, name, `![${name}: the ratios of the table](charts/${chart})\n\n${table}\n\n${machine()}`);
}

async function rowsOf(name: string): Promise<Row[] | undefined> {
  if (name in ON_EITHER) return ON_EITHER[name]!(engines);
  return name in ON_FILES ? ON_FILES[name]!() : engines && ON_ENGINES[name]!(engines);
}

function asTable(rows: readonly Row[]): string {
  const lines = rows.map(({ what, variant, figure, ratio }) => tableRow(what, variant, figure, ratio.toFixed(2)));
  return [tableRow('what', 'variant', 'figure', 'ratio'), '|---|---|---|---|', ...lines].join('\n');
}

function machine(): string {
  const [cpu] = cpus();
  const today = new Date().toISOString().slice(0, 10);
  return `${cpu!.model.trim()}, ${cpus().length} cores, Node ${process.version}, ${today}`;
}
