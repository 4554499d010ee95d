import { afterAll, afterEach, describe, expect, it, jest } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { EmbeddedLogs, embeddedOptions } from './testing/embedded-logs.js';
import { SqliteEventLog } from './sqlite-event-log.js';

jest.setTimeout(60_000);

const TESTING = join(import.meta.dirname, 'testing');
const logs = new EmbeddedLogs();
const children: ChildProcess[] = [];

afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));
afterAll(() => logs.remove());

describe('A process with the embedded log', () => {
  it('The process may be killed at any moment: each acknowledged entry is there once', async () => {
    const directory = logs.newDirectory();
    const confirmed = new Map<string, string>();
    for (const confirmations of [1, 100, 700, 1500, 3000]) {
      for (const [place, value] of await publishUntilKilled(directory, confirmations)) {
        expect(confirmed.has(place)).toBe(false);
        confirmed.set(place, value);
      }
      const found = await readAll(directory);
      for (const [place, value] of confirmed)
        if (found.get(place) !== value) throw new Error(`Lost: ${place} ${value}`);
      expect(new Set(found.values()).size).toBe(found.size);
    }
    expect(confirmed.size).toBeGreaterThan(5_300);
  });

  it('The process has the file to itself: a second one is refused with advice', async () => {
    const directory = logs.newDirectory();
    const log = new SqliteEventLog(embeddedOptions(directory));
    const second = start(directory, 'second');
    const errors: Buffer[] = [];
    second.stderr!.on('data', (chunk: Buffer) => errors.push(chunk));
    const [exitCode] = await once(second, 'close');
    expect(exitCode).not.toBe(0);
    expect(Buffer.concat(errors).toString()).toMatch(/in use by another process\. Stop that process, or give this one/);
    await log.close();
  });

  it('The process cannot open the file twice either', async () => {
    const options = embeddedOptions(logs.newDirectory());
    const log = new SqliteEventLog(options);
    expect(() => new SqliteEventLog(options)).toThrow(expect.objectContaining({ code: 'unavailable' }));
    await log.close();
  });
});

function start(directory: string, run: string): ChildProcess {
  const register = join(import.meta.dirname, '../../../scripts/source/register.mjs');
  const program = join(TESTING, 'publishing-process.ts');
  const child = spawn(process.execPath, ['--conditions=source', '--import', register, program, directory, run], {
    env: { ...process.env, NODE_OPTIONS: '--disable-warning=ExperimentalWarning' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  return child;
}

/** Kills a publishing process once it has acknowledged this many entries, whatever it is doing then. */
async function publishUntilKilled(directory: string, confirmations: number): Promise<Map<string, string>> {
  const child = start(directory, `run-${confirmations}`);
  let output = '';
  let lines = 0;
  child.stderr!.on('data', (chunk: Buffer) => process.stderr.write(chunk));
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    lines += text.split('\n').length - 1;
    if (lines >= confirmations) child.kill('SIGKILL');
  });
  const [, signal] = await once(child, 'close');
  expect(signal).toBe('SIGKILL');
  const complete = output.slice(0, output.lastIndexOf('\n')).split('\n');
  return new Map(
    complete.map((line) => line.split(' ')).map(([partition, offset, value]) => [`${partition}/${offset}`, value!]),
  );
}

async function readAll(directory: string): Promise<Map<string, string>> {
  const log = new SqliteEventLog(embeddedOptions(directory));
  const subscription = log.subscribe({ group: `reader-${Date.now()}`, topics: ['killed'] });
  const found = new Map<string, string>();
  for (;;) {
    const records = await subscription.pull({ maxRecords: 5000, maxWaitMs: 0 });
    if (records.length === 0) break;
    for (const { partition, offset, value } of records) found.set(`${partition}/${offset}`, String(value));
  }
  await log.close();
  return found;
}
