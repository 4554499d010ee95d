import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { output, ROOT } from './program.js';

/** A command of the README, and the answer that the README shows for it. */
export interface ReadmeExample {
  /** As a person would paste it. */
  command: string;
  /** The answer that the README shows. */
  answer: unknown;
}

const ADDRESS = /(?:http:\/\/)?(?:localhost|127\.0\.0\.1):8000/g;
const FENCED = /^```(\w*)\n(.*?)^```$/gms;

export async function readmeExamples(): Promise<ReadmeExample[]> {
  return examplesIn(await readFile(join(ROOT, 'README.md'), 'utf8'));
}

/**
 * The examples of a README, in its order: each is a `sh` block that begins with `curl`, with a `json` block as the next block,
 * which shows the answer. Text may stand between the two, and other blocks anywhere else. An array in an answer may end with
 * `"…"`: it holds more entries than are shown.
 *
 * @throws when a curl has no answer after it
 */
export function examplesIn(text: string): ReadmeExample[] {
  const blocks = [...text.matchAll(FENCED)].map(([, language = '', content = '']) => ({ language, content }));
  return blocks.flatMap(({ language, content }, index) => {
    if (language !== 'sh' || !content.startsWith('curl')) return [];
    const next = blocks[index + 1];
    if (next?.language !== 'json') throw new Error(`README.md shows no json answer after: ${content}`);
    return [{ command: content.trim(), answer: JSON.parse(next.content) as unknown }];
  });
}

/** Runs a command of the README against another address. @returns the JSON that it prints */
export async function answerTo({ command }: ReadmeExample, baseUrl: string): Promise<unknown> {
  const elsewhere = command.replaceAll(ADDRESS, baseUrl);
  if (elsewhere === command) throw new Error(`This command does not go to localhost:8000: ${command}`);
  const quietly = elsewhere.replace(/^curl/, 'curl --silent --show-error');
  return JSON.parse(await output('bash', '-c', quietly)) as unknown;
}

/** Minted by Sluice, or a moment of its clock: differs each time. */
const EACH_TIME_ANOTHER = new Set([
  'record_id',
  'receipt',
  'received_at',
  'stored_at',
  'oldest_age_seconds',
  'complete_through',
]);

/** The value with everything that differs each time replaced by its name. */
export function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, isMinted(key, inner) ? `<${key}>` : comparable(inner)]),
  );
}

function isMinted(key: string, value: unknown): boolean {
  return EACH_TIME_ANOTHER.has(key) && value !== null;
}

/** The answer without the entries that the README leaves out by ending an array with `"…"`. Both are {@link comparable}. */
export function asShown(answer: unknown, shown: unknown): unknown {
  if (Array.isArray(answer) && Array.isArray(shown)) return entriesAsShown(answer, shown);
  if (!isObject(answer) || !isObject(shown)) return answer;
  return Object.fromEntries(Object.entries(answer).map(([key, value]) => [key, asShown(value, shown[key])]));
}

function entriesAsShown(answer: unknown[], shown: unknown[]): unknown[] {
  if (shown.at(-1) !== '…') return answer.map((entry, index) => asShown(entry, shown[index]));
  return [...answer.filter((entry) => shown.some((one) => isDeepStrictEqual(entry, one))), '…'];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
