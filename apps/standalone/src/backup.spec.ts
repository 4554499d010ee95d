import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EventLog } from '@sluice/event-log';
import { COMMANDS, sluice } from '@sluice/operator/testing';
import { until } from '@sluice/test-kit';
import { StandaloneUnderTest } from './testing/standalone-under-test.js';

let root: string;
let service: StandaloneUnderTest | undefined;
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'sluice-backup-'))));
afterEach(async () => {
  await service?.stop();
  service = undefined;
  rmSync(root, { recursive: true });
});

const data = () => join(root, 'data');
const copy = () => join(root, 'copy');

async function start(dataDir = data()): Promise<StandaloneUnderTest> {
  mkdirSync(dataDir, { recursive: true });
  return (service = await StandaloneUnderTest.start({ DATA_DIR: dataDir }));
}

async function stop(): Promise<void> {
  await service?.app.close();
  service = undefined;
}

async function run(args: string, dataDir = data()) {
  const [out, notes]: string[][] = [[], []];
  const output = { out: (line: string) => void out!.push(line), note: (line: string) => void notes!.push(line) };
  const code = await sluice(args.split(' '), COMMANDS, { env: { DATA_DIR: dataDir }, output });
  return { code, out: out!.join('\n'), notes: notes!.join('\n') };
}

async function send(from: number, to: number, url = service!.url): Promise<void> {
  const records = Array.from({ length: to - from }, (_, index) => ({
    device_id: 'dev-2',
    record_id: `r-${from + index}`,
    timestamp: '2025-09-09T17:00:00Z',
    data_payload: { n: from + index },
  }));
  const response = await fetch(`${url}/ingest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(records),
  });
  expect(response.status).toBe(202);
}

async function storedIds(url = service!.url): Promise<string[]> {
  const { records } = (await (await fetch(`${url}/records?limit=1000`)).json()) as { records: { record_id: string }[] };
  return records.map(({ record_id }) => record_id);
}

/** Overwrites pages in the middle. */
function damage(file: string): void {
  const bytes = readFileSync(file);
  bytes.fill(0xa5, 8192, 24_576);
  writeFileSync(file, bytes);
}

function change(file: string, statements: string): void {
  const database = new DatabaseSync(file);
  database.exec(statements);
  database.close();
}

const includesAll = (all: readonly string[], some: readonly string[]) => {
  const known = new Set(all);
  return some.every((each) => known.has(each));
};

const ids = (count: number) => Array.from({ length: count }, (_, index) => `r-${index}`).toSorted();

describe('sluice backup and restore', () => {
  it('A restored backup of a running service has every record that was acknowledged before it', async () => {
    await start();
    await send(0, 200);
    let isSending = true;
    const load = (async () => {
      for (let next = 200; isSending; next += 10) await send(next, next + 10);
    })();
    const { code, out, notes } = await run(`backup --to ${copy()}`);
    isSending = false;
    await load;
    expect({ code, notes }).toEqual({ code: 0, notes: `The backup in ${copy()} is complete and checked.` });
    expect(out).toMatch(/event-log\.db +\d+ +1 +\d+ entries\nrecords\.db +\d+ +2 +\d+ documents, \d+ records/);
    expect(statSync(copy()).mode & 0o777).toBe(0o700);
    expect(statSync(join(copy(), 'records.db')).mode & 0o777).toBe(0o600);
    await stop();
    const other = join(root, 'other');
    expect((await run(`restore --from ${copy()}`, other)).code).toBe(0);
    await start(other);
    await until('all are stored', async () => includesAll(await storedIds(), ids(200)), {});
  });

  it('A stopped command ends the backup: the service copies no further file, and the next backup succeeds', async () => {
    await start();
    await send(0, 3);
    const log = service!.app.get(EventLog, { strict: false });
    const backup = log.backup.bind(log);
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    let isCopying = false;
    log.backup = async (path) => {
      isCopying = true;
      await released;
      mkdirSync(join(path, '..'));
      return backup(path);
    };
    const stopped = run(`backup --to ${copy()}`);
    await until(() => isCopying);
    process.emit('SIGINT');
    expect(await stopped).toEqual({ code: 1, out: '', notes: 'backup: Stopped; no files are left.' });
    const next = await run(`backup --to ${join(root, 'next')}`);
    expect(next.notes).toMatch(/another backup is in progress; wait for its end/);
    release();
    log.backup = backup;
    await until(
      'the next backup succeeds',
      async () => (await run(`backup --to ${join(root, 'next')}`)).code === 0,
      {},
    );
    expect(readdirSync(`${copy()}.partial`)).toEqual(['event-log.db']);
  });

  it('The files of a stopped service are backed up, and --replace restores them and keeps the old ones', async () => {
    await start();
    await send(0, 3);
    await until('all are stored', async () => (await storedIds()).length === 3, {});
    await stop();
    expect((await run(`backup --to ${copy()}`)).code).toBe(0);
    expect((await run('verify')).code).toBe(0);
    await start();
    await send(3, 5);
    await until('all are stored', async () => (await storedIds()).length === 5, {});
    await stop();
    const refused = await run(`restore --from ${copy()}`);
    expect(refused).toMatchObject({ code: 1, notes: expect.stringContaining('has data; with --replace') });
    const restored = await run(`restore --from ${copy()} --replace`);
    expect(restored).toMatchObject({ code: 0, notes: expect.stringContaining('The old file is now') });
    expect(readdirSync(data()).filter((name) => name.includes('.replaced-')).length).toBeGreaterThanOrEqual(2);
    await start();
    expect((await storedIds()).toSorted()).toEqual(ids(3));
  });

  it('The metric of the last backup has its time', async () => {
    await start();
    await run(`backup --to ${copy()}`);
    await until(
      'the metric is there',
      async () => {
        const text = await (await fetch(`${service!.url}/metrics`)).text();
        return /^sluice_backup_last_success_timestamp_seconds \d+/m.test(text);
      },
      {},
    );
  });

  it('A refused command has one sentence, and changes nothing', async () => {
    await start();
    await send(0, 1);
    await run(`backup --to ${copy()}`);
    const sentence = (text: string) =>
      expect.stringMatching(new RegExp(`^(backup|restore|verify): [^\\n]*${text}[^\\n]*$`));
    expect(await run(`restore --from ${copy()} --replace`)).toEqual({
      code: 1,
      out: '',
      notes: sentence('is in use; stop the service'),
    });
    expect(await run('verify')).toMatchObject({ code: 1, notes: sentence('is in use') });
    await stop();
    expect(await run(`backup --to ${copy()}`)).toMatchObject({ code: 1, notes: sentence('is not empty') });
    expect(await run(`backup --to ${join(root, 'x')}`, join(root, 'nowhere'))).toMatchObject({
      code: 1,
      notes: sentence('There is no data'),
    });
    expect(await run(`restore --from ${root}`)).toMatchObject({ code: 1, notes: sentence('is not a backup') });
    expect(await run('backup --to /proc/nothing')).toMatchObject({ code: 1, notes: sentence('no files are left') });
    expect(existsSync(join(root, 'x'))).toBe(false);
    expect((await run('backup')).code).toBe(2);
    expect((await run('restore')).code).toBe(2);
  });

  it('A backup that is damaged, cut, incomplete or newer is refused', async () => {
    await start();
    await send(0, 1);
    await run(`backup --to ${copy()}`);
    await stop();
    expect((await run(`verify --from ${copy()}`)).code).toBe(0);
    const records = join(copy(), 'records.db');
    change(records, 'PRAGMA user_version = 99');
    for (const command of [`verify --from ${copy()}`, `restore --from ${copy()}`])
      expect(await run(command, join(root, 'other'))).toMatchObject({
        code: 1,
        notes: expect.stringContaining('was changed: the backup is damaged'),
      });
    truncateSync(records, 100);
    expect((await run(`verify --from ${copy()}`)).notes).toContain('has 100 bytes instead of');
    rmSync(records);
    expect((await run(`verify --from ${copy()}`)).notes).toContain('is missing: the backup is damaged');
    writeFileSync(join(copy(), 'manifest.json'), JSON.stringify({ format: 2, files: [] }));
    expect((await run(`verify --from ${copy()}`)).notes).toContain('a newer release of Sluice made this backup');
  });

  it('A file of a newer release or of another application is reported, and not changed', async () => {
    mkdirSync(data());
    const file = join(data(), 'records.db');
    change(file, 'CREATE TABLE tunes (id INTEGER)');
    const before = readFileSync(file);
    expect((await run(`backup --to ${copy()}`)).notes).toMatch(/^backup: .*database of another application[^\n]*$/);
    expect(readFileSync(file).equals(before)).toBe(true);
    change(file, 'DROP TABLE tunes; CREATE TABLE records (id INTEGER); PRAGMA user_version = 7');
    const newer = readFileSync(file);
    expect((await run(`backup --to ${copy()}`)).notes).toMatch(
      /^backup: .*has format 7 .* a newer release of Sluice[^\n]*$/,
    );
    expect(readFileSync(file).equals(newer)).toBe(true);
  });

  it.each([
    ['no database at all', (file: string) => writeFileSync(file, 'not a database '.repeat(1000))],
    ['damaged pages', (file: string) => damage(file)],
  ])('A file with %s is reported in one sentence, and no backup is kept', async (_, spoil) => {
    await start();
    await send(0, 500);
    await until('all are stored', async () => (await storedIds()).length === 500, {});
    await stop();
    spoil(join(data(), 'records.db'));
    for (const command of [`backup --to ${copy()}`, 'verify']) {
      const { code, notes } = await run(command);
      expect({ code, notes }).toEqual({ code: 1, notes: expect.stringMatching(/^\w+: [^\n]*records\.db[^\n]*$/) });
    }
    expect(readdirSync(root)).toEqual(['data']);
  });

  it('A service that is in use and cannot be reached is reported', async () => {
    await start();
    rmSync(join(data(), 'operator.sock'));
    expect(await run(`backup --to ${copy()}`)).toEqual({
      code: 1,
      out: '',
      notes: `backup: ${join(data(), 'event-log.db')} is in use; stop the service first.`,
    });
  });

  it('No service can start on a half-restored directory', async () => {
    mkdirSync(data());
    writeFileSync(join(data(), 'restore-in-progress'), '');
    const { requireNoRestore } = await import('@sluice/operator');
    expect(() => requireNoRestore(data())).toThrow(/was not completed. Run sluice restore again/);
  });
});
