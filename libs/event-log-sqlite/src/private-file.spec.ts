import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EmbeddedLogs, embeddedOptions } from './testing/embedded-logs.js';
import { openLogDatabase } from './log-database.js';
import { SqliteEventLog } from './sqlite-event-log.js';

const logs = new EmbeddedLogs();
afterAll(() => logs.remove());

describe('The files of the embedded event log', () => {
  const umask = process.umask();
  let directory: string;
  let lines: string[];

  beforeEach(() => {
    process.umask(0);
    directory = join(logs.newDirectory(), 'outer', 'data');
    lines = [];
  });
  afterEach(() => void process.umask(umask));

  it('Only their user can read the files, whatever the umask', async () => {
    await openAndPublish();
    expect(modes()).toEqual({ '.': 0o700, 'event-log.db': 0o600, 'event-log.db-wal': 0o600 });
    expect(lines).toEqual([]);
  });

  it('The files lose the rights of other users from an earlier release, with one log line for each', async () => {
    mkdirSync(directory, { recursive: true });
    openLogDatabase(directory).close();
    chmodSync(directory, 0o755);
    chmodSync(join(directory, 'event-log.db'), 0o644);
    await openAndPublish();
    expect(modes()).toEqual({ '.': 0o700, 'event-log.db': 0o600, 'event-log.db-wal': 0o600 });
    expect(lines).toEqual([
      expect.stringMatching(/data was open.*700/),
      expect.stringMatching(/event-log\.db was open.*600/),
    ]);
  });

  it('The mode of a directory that holds other files is not changed', async () => {
    mkdirSync(directory, { recursive: true });
    chmodSync(directory, 0o755);
    writeFileSync(join(directory, 'letter.txt'), '');
    await openAndPublish();
    expect(modes()).toMatchObject({ '.': 0o755, 'event-log.db': 0o600 });
    expect(lines).toEqual([expect.stringMatching(/other files too/)]);
  });

  async function openAndPublish(): Promise<void> {
    const log = new SqliteEventLog({ ...embeddedOptions(directory), logger: (_, line) => void lines.push(line) });
    await log.createTopics([{ name: 'events', partitions: 1 }]);
    open = modesNow();
    await log.close();
  }

  let open: Record<string, number>;
  const modes = () => open;

  function modesNow(): Record<string, number> {
    const names = ['.', ...readdirSync(directory)];
    return Object.fromEntries(names.map((name) => [name, statSync(join(directory, name)).mode & 0o777]));
  }
});
