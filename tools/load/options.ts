import { parseArgs, type ParseArgsConfig } from 'node:util';

/** Ends the tool: with its usage where it was asked for (code 0), or with what is wrong (code 2). */
type End = (text: string, code: 0 | 2) => never;

/** The options of a tool, as `parseArgs` reads them. `--help` and what the tool does not know end it with its usage. */
export function optionsOf<T extends ParseArgsConfig>(
  usage: string,
  config: T,
  end: End = endProcess,
): ReturnType<typeof parseArgs<T>> {
  const { args = process.argv.slice(2) } = config;
  if (args.includes('--help')) end(usage, 0);
  try {
    return parseArgs(config);
  } catch (error) {
    return end(`${faultOf(error as Error)}.\n\n${usage}`, 2);
  }
}

/** What an error of `parseArgs` says, without its advice on `--`. */
export function faultOf({ message }: Error): string {
  return message.split('. ', 1)[0]!;
}

/** Ends the tool if one of these names is not known. @param what in the singular: `fault` */
export function requireKnown(
  what: string,
  names: readonly string[],
  known: readonly string[],
  end: End = endProcess,
): void {
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) end(`There is no ${what} ${unknown.join(', ')}; there are: ${known.join(', ')}.`, 2);
}

function endProcess(text: string, code: 0 | 2): never {
  (code === 0 ? console.log : console.error)(text);
  process.exit(code);
}
