import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  decodeUtf8,
  type JsonObject,
  type JsonValue,
  parseJson,
  REPORT_RULES,
  ReportCheck,
  stringifyExact,
} from '@sluice/contracts';
import { isMissing, parseSources, type Source, type SourceRequest, sourceSubmission } from '@sluice/ingest';
import { type Command, CommandError, type CommandOutput } from '../command.js';

const USAGE = `Usage: sluice map try SOURCES_FILE SAMPLE --source NAME [--query event=up] [--header x-line=7]

Reads a sample of a sender's body as /ingest/from/NAME would, and prints the records, one JSON object a line. Exit code
1 with the first missing JSON Pointer if the body lacks a value that the source reads, and 1 if a record is invalid.
Conditions of match on the query and on headers count as met, unless --query or --header is given.`;

const OPTIONS = {
  source: { type: 'string' },
  query: { type: 'string', multiple: true },
  header: { type: 'string', multiple: true },
  help: { type: 'boolean', short: 'h' },
} as const;

export const map: Command = {
  usage: USAGE,
  run(args, { output }) {
    return Promise.resolve(tryMap(args, output));
  },
};

/** @throws CommandError, SourcesError */
function tryMap(args: readonly string[], output: CommandOutput): number {
  const { values, positionals } = parse(args);
  if (values.help === true) return (output.out(USAGE), 0);
  const [word, file, sample, ...more] = positionals;
  if (word !== 'try' || file === undefined || sample === undefined || more.length > 0) {
    throw new CommandError('usage: map try SOURCES_FILE SAMPLE --source NAME; see sluice help map.');
  }
  const source = sourceOf(file, values.source);
  const bytes = read(sample);
  const { query, header } = values;
  const request = { body: jsonOf(bytes, sample), query: pairs(query), headers: pairs(header), atMs: Date.now() };
  if (source.matches(request, query === undefined && header === undefined))
    return print(source, request, bytes, output);
  output.note(`The sample does not match source ${source.name}: it would be answered 200 and ignored.`);
  return 1;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new CommandError(`${(error as Error).message.split('. ', 1)[0]!}; see sluice help map.`);
  }
}

function sourceOf(file: string, name: string | undefined): Source {
  const text = decodeUtf8(read(file));
  if (text === undefined) throw new CommandError(`${file} is not UTF-8.`);
  const sources = parseSources(text, file);
  const source = name === undefined && sources.size === 1 ? [...sources.values()][0] : sources.get(name ?? '');
  if (source !== undefined) return source;
  throw new CommandError(`--source must be one of ${[...sources.keys()].join(', ')}.`);
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new CommandError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

function jsonOf(bytes: Buffer, file: string): JsonValue {
  const text = decodeUtf8(bytes);
  const parsed = text === undefined ? undefined : parseJson(text);
  if (parsed?.ok === true) return parsed.value as JsonValue;
  throw new CommandError(`${file} is ${parsed?.detail ?? 'not UTF-8'}.`);
}

function pairs(given: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(given.map((pair) => [pair.split('=', 1)[0]!, pair.slice(pair.indexOf('=') + 1)]));
}

function print(source: Source, request: SourceRequest, bytes: Buffer, output: CommandOutput): number {
  const results = source.read(request);
  const missing = results.find(isMissing);
  if (missing !== undefined) {
    output.note(`The sample has no value at ${missing.pointer || 'its top'}, from which ${missing.field} is read.`);
    return 1;
  }
  const { records } = sourceSubmission(source, results, bytes);
  const problems = results.map((_, index) => printRecord(records.read(index), source, output));
  return problems.some((count) => count > 0) ? 1 : 0;
}

/** @returns how many rules the record breaks */
function printRecord(record: { state: string; value?: unknown }, source: Source, { out, note }: CommandOutput): number {
  const value = record.value as JsonObject;
  out(stringifyExact(value));
  const missingTimestamp = source.isClockless ? 'received' : 'reject';
  const problems = new ReportCheck({ ...REPORT_RULES, times: { missingTimestamp } }).problemsOf(value);
  for (const { pointer, detail } of problems) note(`${pointer}: ${detail}`);
  return problems.length;
}
