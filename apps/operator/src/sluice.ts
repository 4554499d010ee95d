import type { CommandContext, CommandEntry, CommandTable } from './command.js';

/** Exit code of a command line that names no command. */
const WRONG_COMMAND_LINE = 2;
const ASKS_FOR_HELP: ReadonlySet<string> = new Set(['help', '--help', '-h']);

/**
 * Runs one command line of `sluice`.
 *
 * @param args what follows `sluice`
 * @returns the exit code: 2 if there is no such command, otherwise what the command returns
 */
export async function sluice(
  args: readonly string[],
  commands: CommandTable,
  context: CommandContext,
): Promise<number> {
  const { out, note } = context.output;
  const [name, ...rest] = args;
  if (name === undefined) {
    note(overview(commands));
    return WRONG_COMMAND_LINE;
  }
  const isHelp = ASKS_FOR_HELP.has(name);
  const wanted = isHelp ? rest[0] : name;
  if (wanted === undefined) {
    out(overview(commands));
    return 0;
  }
  const entry = commands.get(wanted);
  if (entry === undefined) {
    note(`sluice: there is no command ${JSON.stringify(wanted)}; sluice --help lists the commands.`);
    return WRONG_COMMAND_LINE;
  }
  if (!isHelp) return run(entry, wanted, rest, context);
  out((await entry.load()).usage);
  return 0;
}

async function run(
  entry: CommandEntry,
  name: string,
  args: readonly string[],
  context: CommandContext,
): Promise<number> {
  try {
    const command = await entry.load();
    return await command.run(args, context);
  } catch (error) {
    context.output.note(`${name}: ${(error as Error).message}`);
    return 1;
  }
}

function overview(commands: CommandTable): string {
  const width = Math.max(...[...commands.keys()].map((name) => name.length));
  const rows = [...commands].map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    'Usage: sluice <command> [arguments]',
    '',
    ...rows,
    '',
    'sluice help <command> explains one of them. Settings come from the environment, and from the file .env of the',
    'current folder; the environment wins.',
  ].join('\n');
}
