import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { stringifyExact } from '@sluice/contracts';
import { compileSchema, parseRules, type PayloadSchema, readSchemaText, speaksFor } from '@sluice/ingest';
import { type Command, CommandError, type CommandContext, type CommandOutput } from '../command.js';
import { compareSchemas, type Verdict } from './compare-schemas.js';
import { lastRecords, serviceOf } from './stored-payloads.js';

const USAGE = `Usage: sluice schemas check OLD NEW
       sluice schemas try NEW [--last 10000]

check  Tests whether the schema NEW accepts every payload that OLD accepted. Exit code 0 if it does, 1 with the
       changes if not, 2 if that is unknown. A member that OLD does not mention counts as new: see try.
try    Counts how many of the last stored records of the type's devices the schema NEW would refuse, and prints the
       first three. NEW is SCHEMAS_DIR/<type>/<version>.json, and devices.txt next to <type> names the devices; without
       it, all devices count. It reads from a running service: SLUICE_URL (default http://127.0.0.1:$PORT) and
       SLUICE_TOKEN.`;

const OPTIONS = { last: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;
const DEFAULT_LAST = 10_000;
const MAX_LAST = 1_000_000;
const SHOWN_RECORDS = 3;
const EXIT_CODES: Readonly<Record<Verdict, number>> = { yes: 0, no: 1, unknown: 2 };

export const schemas: Command = {
  usage: USAGE,
  async run(args, context) {
    const { values, positionals } = parse(args);
    if (values.help === true) return (context.output.out(USAGE), 0);
    const [word, ...files] = positionals;
    if (word === 'check' && files.length === 2) return check(files[0]!, files[1]!, context.output);
    if (word === 'try' && files.length === 1) return tryOut(files[0]!, countOf(values.last), context);
    throw new CommandError('usage: schemas check OLD NEW, or schemas try NEW; see sluice help schemas.');
  },
};

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new CommandError(`${(error as Error).message.split('. ', 1)[0]!}; see sluice help schemas.`);
  }
}

function countOf(text = String(DEFAULT_LAST)): number {
  const count = /^[0-9]+$/.test(text) ? Number(text) : NaN;
  if (count >= 1 && count <= MAX_LAST) return count;
  throw new CommandError(`--last must be a whole number from 1 to ${MAX_LAST}.`);
}

/** A file that cannot be read, or that is not a schema for a gateway, gives the verdict `unknown`. */
function check(oldFile: string, newFile: string, output: CommandOutput): number {
  try {
    const [before, after] = [oldFile, newFile].map((file) => (compiled(file), readSchemaText(file)));
    const { verdict, findings } = compareSchemas(before!, after!);
    for (const { place, what } of findings) output.out(`${place}: ${what}`);
    output.note(SENTENCES[verdict]);
    return EXIT_CODES[verdict];
  } catch (error) {
    output.note(`schemas: ${(error as Error).message}`);
    return EXIT_CODES.unknown;
  }
}

const SENTENCES: Readonly<Record<Verdict, string>> = {
  yes: 'The new schema accepts every payload that the old one accepted.',
  no: 'The new schema refuses payloads that the old one accepted.',
  unknown: 'It is unknown whether the new schema accepts every payload that the old one accepted.',
};

async function tryOut(file: string, last: number, { env, output }: CommandContext): Promise<number> {
  const schema = compiled(file);
  const isWanted = devicesOf(file, schema.type);
  let [records, refused] = [0, 0];
  for await (const { device_id, record_id, data_payload } of lastRecords(serviceOf(env), last, isWanted)) {
    records++;
    const [first] = schema.violations(data_payload, 0);
    if (first === undefined) continue;
    refused++;
    const { pointer, rule, expected } = first;
    if (refused <= SHOWN_RECORDS) output.out(stringifyExact({ device_id, record_id, pointer, rule, expected }));
  }
  output.out(`${refused} of the last ${records} records would be refused by ${schema.name}.`);
  return 0;
}

/** @throws SchemasError */
function compiled(file: string): PayloadSchema {
  const name = `${basename(dirname(file))}/${basename(file, '.json')}`;
  return compileSchema(name, readSchemaText(file), file);
}

/** The devices of the type by the first line that names each; without a list, all. */
function devicesOf(file: string, type: string): (deviceId: string) => boolean {
  const list = join(dirname(dirname(file)), 'devices.txt');
  if (!existsSync(list)) return () => true;
  const rules = parseRules(readFileSync(list, 'utf8'), list);
  return (deviceId) => {
    const rule = rules.find(({ devices }) => devices === undefined || speaksFor(devices, deviceId));
    return rule !== undefined && rule.name.startsWith(`${type}/`);
  };
}
