import type { CommandOutput } from '../command.js';

/** What the doctor has found, a line each, and the command that fixes it below. */
export class Report {
  #isMissing = false;

  constructor(private readonly output: CommandOutput) {}

  /** Whether something that is needed is missing. */
  get isMissing(): boolean {
    return this.#isMissing;
  }

  heading(text: string): void {
    this.output.out(text);
  }

  ok(what: string): void {
    this.output.out(`  ok        ${what}`);
  }

  missing(what: string, command?: string): void {
    this.#isMissing = true;
    this.write('MISSING ', what, command);
  }

  optional(what: string, command?: string): void {
    this.write('optional', what, command);
  }

  note(what: string): void {
    this.output.out(`  note      ${what}`);
  }

  private write(kind: string, what: string, command: string | undefined): void {
    this.output.out(`  ${kind}  ${what}`);
    if (command !== undefined) this.output.out(`            ${command}`);
  }
}
