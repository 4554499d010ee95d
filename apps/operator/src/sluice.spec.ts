import { describe, expect, it } from '@jest/globals';
import type { Command, CommandTable } from './command.js';
import { COMMANDS } from './commands.js';
import { sluice } from './sluice.js';

/** A table of two commands; `echo` returns what it is given, `doctor` fails. */
function table(): { commands: CommandTable; loaded: string[] } {
  const loaded: string[] = [];
  const entry = (name: string, run: Command['run']) => ({
    summary: `${name} in one line`,
    load: async () => {
      loaded.push(name);
      return { usage: `how to ${name}`, run };
    },
  });
  const commands = new Map([
    ['echo', entry('echo', async (args, { env, output }) => (output.out([...args, env['WORD']].join(' ')), 3))],
    ['doctor', entry('doctor', () => Promise.reject(new Error('the patient is away')))],
  ]);
  return { commands, loaded };
}

async function run(args: string, commands: CommandTable = table().commands) {
  const [out, notes]: string[][] = [[], []];
  const output = { out: (line: string) => void out!.push(line), note: (line: string) => void notes!.push(line) };
  const code = await sluice(args.split(' ').filter(Boolean), commands, { env: { WORD: 'env' }, output });
  return { code, out: out!.join('\n'), notes: notes!.join('\n') };
}

describe('sluice', () => {
  it('The command sluice passes a command its arguments and the environment, and exits with its code', async () => {
    await expect(run('echo a --help')).resolves.toEqual({ code: 3, out: 'a --help env', notes: '' });
  });

  it('The command sluice loads the command that runs and no other', async () => {
    const { commands, loaded } = table();
    await run('echo', commands);
    expect(loaded).toEqual(['echo']);
  });

  it('The command sluice exits with 1 and the message of a command that throws', async () => {
    await expect(run('doctor')).resolves.toEqual({ code: 1, out: '', notes: 'doctor: the patient is away' });
  });

  it.each(['--help', '-h', 'help'])('The command sluice %s lists the commands without loading any', async (args) => {
    const { commands, loaded } = table();
    const { code, out, notes } = await run(args, commands);
    expect({ code, notes, loaded }).toEqual({ code: 0, notes: '', loaded: [] });
    expect(out).toContain('\n  echo    echo in one line\n  doctor  doctor in one line\n');
  });

  it.each(['help echo', '--help echo'])('The command sluice %s prints how to use that command', async (args) => {
    await expect(run(args)).resolves.toEqual({ code: 0, out: 'how to echo', notes: '' });
  });

  it.each([
    ['redrive', 'redrive'],
    ['help redrive', 'redrive'],
    ['--verbose', '--verbose'],
    ['toString', 'toString'],
    ['\u001b[2J', '\\u001b[2J'],
  ])('The command sluice refuses %j in one sentence with exit code 2', async (args, shown) => {
    const notes = `sluice: there is no command "${shown}"; sluice --help lists the commands.`;
    await expect(run(args)).resolves.toEqual({ code: 2, out: '', notes });
  });

  it('The command sluice without a command shows the list as a note and exits with 2', async () => {
    const { code, out, notes } = await run('');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(notes).toBe((await run('--help')).out);
  });
});

describe('The table of commands', () => {
  it('The table of commands lists what exists', () =>
    expect([...COMMANDS.keys()]).toEqual([
      'init',
      'doctor',
      'tokens',
      'schemas',
      'map',
      'dead-letters',
      'redrive',
      'export',
      'backup',
      'restore',
      'verify',
      'archive',
      'move',
    ]));

  it.each([...COMMANDS.keys()])('The table of commands has a usage of %s that fits a terminal', async (name) => {
    const { code, out } = await run(`help ${name}`, COMMANDS);
    expect(code).toBe(0);
    expect(out.length).toBeGreaterThan(0);
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  });
});
