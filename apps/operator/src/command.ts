/** Where a command writes. */
export interface CommandOutput {
  /** One line of the result, on standard output: what a script reads. */
  out(line: string): void;
  /** One line for the person at the terminal, on standard error. */
  note(line: string): void;
  /** Whether a person sees the result as it is written: then lists are tables. */
  readonly isTerminal?: boolean;
}

/** What `main` hands to a command. Only `main` reads the environment. */
export interface CommandContext {
  readonly env: NodeJS.ProcessEnv;
  readonly output: CommandOutput;
}

export interface Command {
  /** The text of `sluice help <name>`. */
  readonly usage: string;
  /**
   * @param args what follows the name of the command
   * @returns the exit code; a command that throws exits with 1 and the message of the error
   */
  run(args: readonly string[], context: CommandContext): Promise<number>;
}

/** One row of the table of commands. `load` imports the command: only the one that is used is loaded. */
export interface CommandEntry {
  /** One line for `sluice --help`. */
  readonly summary: string;
  load(): Promise<Command>;
}

export type CommandTable = ReadonlyMap<string, CommandEntry>;

/** A command line that the caller has to change; the message says how. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code = 'wrong-command';
}
