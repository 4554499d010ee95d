// `npm run bench`: every figure is a ratio that was measured side by side in one run, because the machine is never quiet.
//   npm run bench -- ingest consume growth memory tracing access archive     only these
//   npm run bench -- --compare <git ref>                                     this tree and that one, in turns
//   npm run bench -- --write                                         puts the tables into docs/internals/benchmarks.md
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { disposing } from '../load/compose-project.js';
import { replaceBlock, tableRow } from '../load/page.js';
import { pinLoadGenerator } from '../load/program.js';
import { benchAccess } from './access.js';
import { benchArchive } from './archive.js';
import { compareWith } from './compare.js';
import { benchConsume } from './consume.js';
import { Engines } from './engines.js';
import { benchGrowth } from './growth.js';
import { benchIngest } from './ingest.js';
import { benchMemory } from './memory.js';
import type { Row } from './result.js';
import { benchTracing } from './tracing.js';

const ON_FILES: Record<string, () => Promise<Row[]>> = {
  growth: () => benchGrowth(),
  tracing: () => benchTracing(),
  access: () => benchAccess(),
  archive: () => benchArchive(),
};
const ON_ENGINES: Record<string, (engines: Engines) => Promise<Row[]>> = {
  consume: (engines) => benchConsume(engines),
  memory: (engines) => benchMemory(engines),
};
const NAMES = ['ingest', 'consume', 'growth', 'memory', 'tracing', 'access', 'archive'];
const PAGE = 'docs/internals/benchmarks.md';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'boolean', default: false }, compare: { type: 'string' } },
});
const names = positionals.length > 0 ? positionals : NAMES;
const unknown = names.filter((name) => !NAMES.includes(name));
if (unknown.length > 0) throw new Error(`There is no benchmark ${unknown.join()}; there are: ${NAMES.join(', ')}.`);

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
    else await report(name, asTable(rows));
  }
}

async function report(name: string, table: string): Promise<void> {
  console.log(`\n${table}`);
  if (values.write) await replaceBlock(PAGE, name, `${table}\n\n${machine()}`);
}

async function rowsOf(name: string): Promise<Row[] | undefined> {
  if (name === 'ingest') return benchIngest(engines);
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
