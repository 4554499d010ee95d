import { parseArgs } from 'node:util';
import { faultOf } from '../load/options.js';
import { FAULTS } from './faults.js';
import { duration, flag, number, oneOf, someOf, token, urls, type Option } from './option.js';
import { PROFILES, type ProfileName } from './profiles.js';

/** A fleet is asked for in a way that cannot be. The message names the option, what is wrong with it, and what is allowed. */
export class FleetOptionError extends Error {
  override readonly name = 'FleetOptionError';
  readonly code = 'invalid-option';
}

const TABLE = {
  devices: number(100, { min: 1, max: 100_000, isWhole: true }, 'devices, each with its own queue, backoff and ids'),
  rate: number(1, { min: 0.001, max: 1000 }, 'records a second of each device, on average'),
  duration: duration('30s', 'how long they report; queued records are still delivered after it'),
  endpoints: urls('http://127.0.0.1:8000', 'gateways, with commas between them'),
  fixed: flag('use only --endpoints, each device beginning at another one; without it, devices request GET /endpoints'),
  seed: number(
    Math.floor(Math.random() * 2 ** 32),
    { min: 0, max: 2 ** 32 - 1, isWhole: true },
    'repeats the payloads, pauses and faults of a run, which prints it',
  ),
  profile: oneOf<ProfileName | 'mixed'>(
    [...PROFILES, 'mixed'],
    'mixed',
    'payloads: mixed gives each device one of the others',
  ),
  faults: someOf(FAULTS, 'faults of the devices, with commas between them'),
  'batch-records': number(100, { min: 1, max: 10_000, isWhole: true }, 'maximum number of records in a request'),
  'batch-age': duration('1s', 'maximum wait of a record in its device for a batch to fill'),
  'max-backoff': duration('60s', 'maximum delay after a failure'),
  settle: duration('5m', 'how long to wait at the end for records queued in the devices'),
  'read-back': duration(
    '10m',
    'time limit of the check at the end: until the buffer is empty and all records are read',
  ),
  'token-file': token(
    "a file with a token, as made by: npm run tokens -- create --pattern 'fleet-*' --scope ingest --scope read",
  ),
} satisfies Record<string, Option<unknown>>;

type ValueOf<O> = O extends Option<infer T> ? T : never;
type Values = { [Name in keyof typeof TABLE]: ValueOf<(typeof TABLE)[Name]> };

export type FleetOptions = Readonly<ReturnType<typeof optionsOf>>;

/**
 * @returns `undefined` when help is asked for
 * @throws FleetOptionError
 */
export function fleetOptions(args: readonly string[]): FleetOptions | undefined {
  const given = parse(args);
  if (given['help'] === true) return undefined;
  const names = Object.keys(TABLE) as (keyof Values)[];
  const values = Object.fromEntries(names.map((name) => [name, valueOf(name, given[name])])) as Values;
  return optionsOf(values);
}

function optionsOf(values: Values) {
  const { duration, fixed, settle, 'batch-records': batchRecords, 'batch-age': batchAge, ...rest } = values;
  const { 'max-backoff': maxBackoff, 'token-file': tokenOfFile, 'read-back': readBack, ...same } = rest;
  return {
    ...same,
    durationMs: duration,
    isFixed: fixed,
    batchRecords,
    batchAgeMs: batchAge,
    maxBackoffMs: maxBackoff,
    settleMs: settle,
    readBackMs: readBack,
    token: tokenOfFile === '' ? undefined : tokenOfFile,
  };
}

export function helpText(): string {
  const lines = Object.entries<Option<unknown>>(TABLE).flatMap(([name, { fallback, allowed, says }]) => [
    `  --${name}`.padEnd(18) + says,
    `${' '.repeat(18)}${allowed}${fallback === '' ? '' : `; ${name === 'seed' ? 'a new one each time' : fallback}`}`,
  ]);
  return [
    'npm run fleet -- [options]: many devices in one process, each with the real device library.',
    '',
    ...lines,
  ].join('\n');
}

function parse(args: readonly string[]): Record<string, string | boolean | undefined> {
  const named = Object.entries<Option<unknown>>(TABLE).map(([name, { allowed }]) => [
    name,
    { type: allowed === 'no value' ? 'boolean' : 'string' },
  ]);
  const options = Object.fromEntries([...named, ['help', { type: 'boolean' }]]) as Record<
    string,
    { type: 'string' | 'boolean' }
  >;
  try {
    return parseArgs({ args: [...args], options }).values as Record<string, string | boolean | undefined>;
  } catch (error) {
    throw new FleetOptionError(`${faultOf(error as Error)}. npm run fleet -- --help shows what there is.`);
  }
}

function valueOf(name: keyof Values, given: string | boolean | undefined): unknown {
  const { fallback, allowed, parse }: Option<unknown> = TABLE[name];
  const text = String(given ?? fallback);
  const value = parse(text);
  if (value !== undefined) return value;
  throw new FleetOptionError(`--${name} is ${JSON.stringify(text)}; allowed: ${allowed}.`);
}
