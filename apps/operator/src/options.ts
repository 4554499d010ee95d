import { parseArgs } from 'node:util';
import { CommandError } from './command.js';

type Kind = 'string' | 'boolean' | 'strings';
type ValueOf<K extends Kind> = K extends 'string' ? string | undefined : K extends 'boolean' ? boolean : string[];

/**
 * Reads the options of a command: each may be given once, or often if its kind is `strings`.
 *
 * @throws CommandError that names what is wrong
 */
export function readOptions<const Kinds extends Readonly<Record<string, Kind>>>(
  args: readonly string[],
  kinds: Kinds,
): { options: { [Name in keyof Kinds]: ValueOf<Kinds[Name]> }; words: string[] } {
  const types = Object.entries(kinds).map(([name, kind]) => {
    const type = kind === 'boolean' ? ('boolean' as const) : ('string' as const);
    return [name, { type, multiple: true }] as const;
  });
  const { values, positionals } = parse(args, Object.fromEntries(types));
  const options = Object.entries(kinds).map(([name, kind]) => [name, valueOf(name, kind, values[name] ?? [])]);
  return { options: Object.fromEntries(options) as never, words: positionals };
}

function parse(args: readonly string[], options: Record<string, { type: 'string' | 'boolean'; multiple: true }>) {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return { values: values as Record<string, (string | boolean)[] | undefined>, positionals };
  } catch (error) {
    throw new CommandError(`${(error as Error).message.split('. ', 1)[0]!}.`);
  }
}

function valueOf(name: string, kind: Kind, given: (string | boolean)[]): unknown {
  if (kind === 'strings') return given;
  if (given.length > 1) throw new CommandError(`--${name} is given ${given.length} times; give it once.`);
  return given[0] ?? (kind === 'boolean' ? false : undefined);
}

/** @throws CommandError */
export function wholeNumberOf(name: string, text: string | undefined, max: number): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= max) return value;
  throw new CommandError(`--${name} is a whole number from 1 to ${max}.`);
}
