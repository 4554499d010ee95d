// `npm run bench`: every figure is a ratio that was measured side by side in one run, because the machine is never quiet.
//   npm run bench -- ingest consume growth memory tracing access     only these
//   npm run bench -- --write                          puts the table into docs/benchmarks.md
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { benchAccess } from './access.mjs';
import { benchConsume } from './consume.mjs';
import { benchGrowth } from './growth.mjs';
import { benchIngest } from './ingest.mjs';
import { benchMemory } from './memory.mjs';
import { startEngines } from './support/engines.mjs';
import { pinLoadGenerator } from './support/process.mjs';
import { benchTracing } from './tracing.mjs';

const BENCHMARKS = {
  ingest: benchIngest,
  consume: benchConsume,
  growth: () => benchGrowth(),
  memory: benchMemory,
  tracing: () => benchTracing(),
  access: () => benchAccess(),
};
const ON_FILES = new Set(['growth', 'tracing', 'access']);
const NEEDS_ENGINES = new Set(['consume', 'memory']);
const PAGE = new URL('../docs/benchmarks.md', import.meta.url);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'boolean', default: false } },
});
const names = positionals.length > 0 ? positionals : Object.keys(BENCHMARKS);
const unknown = names.filter((name) => !(name in BENCHMARKS));
if (unknown.length > 0)
  throw new Error(`No benchmark is named ${unknown}; there are: ${Object.keys(BENCHMARKS).join(', ')}.`);

pinLoadGenerator();
const engines = names.some((name) => !ON_FILES.has(name)) ? await startEngines() : undefined;
for (const name of names) {
  if (!engines && NEEDS_ENGINES.has(name)) {
    console.error(`${name} did not run: Docker cannot be reached.`);
    continue;
  }
  const table = asTable(await BENCHMARKS[name](engines));
  console.log(`\n${table}`);
  if (values.write) writeInto(name, table);
}
process.exit();

function asTable(rows) {
  const lines = rows.map(
    ({ what, variant, figure, ratio }) => `| ${what} | ${variant} | ${figure} | ${ratio.toFixed(2)} |`,
  );
  return ['| what | variant | figure | ratio |', '|---|---|---|---|', ...lines].join('\n');
}

function writeInto(name, table) {
  const machine = `${cpus()[0].model.trim()}, ${cpus().length} cores, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`;
  const block = new RegExp(`(<!-- ${name} -->).*?(<!-- /${name} -->)`, 's');
  writeFileSync(PAGE, readFileSync(PAGE, 'utf8').replace(block, `$1\n\n${table}\n\n${machine}\n\n$2`));
}
