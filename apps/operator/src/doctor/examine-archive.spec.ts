import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { putContent } from '@sluice/archive/testing';
import { FileObjectStore } from '@sluice/archive';
import { openEventLog } from '@sluice/engines';
import { type BufferInspector, DEFAULT_NAMES, type LogRecord } from '@sluice/event-log';
import { doctor } from './doctor.command.js';
import { examineLag } from './examine-archive.js';
import { Report } from './report.js';

let directory: string;
beforeEach(async () => void (directory = await mkdtemp(join(tmpdir(), 'doctor-'))));
afterEach(() => rm(directory, { recursive: true }));

async function examine(more: Record<string, string> = {}, words = ['archiver']) {
  const printed: string[] = [];
  const write = (line: string) => void printed.push(line);
  const env = { DATA_DIR: directory, ARCHIVE_URL: `file:${directory}/archive`, ...more };
  const code = await doctor.run(words, { env, output: { out: write, note: write } });
  return { code, text: printed.join('\n') };
}

/** One record in the event log that is this old. */
async function publish(ageMs: number): Promise<void> {
  const log = await openEventLog({
    url: `file:${directory}`,
    clientId: 'suite',
    publishTimeoutMs: 5_000,
    commitTimeoutMs: 5_000,
  });
  await log.createTopics([{ name: DEFAULT_NAMES.events, partitions: 2 }]);
  const entry = { key: null, value: Buffer.from('{}'), headers: {}, timestampMs: Date.now() - ageMs };
  expect(await log.publisher.publish(DEFAULT_NAMES.events, [entry])).toMatchObject([{ written: true }]);
  await log.close();
}

describe('sluice doctor archiver', () => {
  it('The command sluice doctor archiver finds that objects can be written, and leaves none behind', async () => {
    await publish(0);
    const { code, text } = await examine();
    expect(text).toContain(`ok        objects can be written to ${directory}/archive`);
    expect(text).toMatch(/ok {8}1 records wait for the archiver, the oldest since \d+ seconds/);
    expect(text).toContain('the last 14 days have no object');
    expect(code).toBe(0);
  });

  it('The command sluice doctor archiver shows the newest object and its age', async () => {
    await publish(0);
    const key = `date=${new Date().toISOString().slice(0, 10)}/hour=00/partition=00/00000000000000000000.parquet`;
    await putContent(new FileObjectStore(`file:${directory}/archive`), key, 'x');
    expect((await examine()).text).toMatch(/the newest object was stored \d+ seconds ago: date=/);
  });

  it('The command sluice doctor archiver reports a record that is not archived within the age of an object', async () => {
    await publish(600_000);
    const { code, text } = await examine();
    expect(text).toMatch(
      /MISSING {3}1 records wait for the archiver, the oldest since 10 minutes, .*: no archiver is in its group, so start one/,
    );
    expect(code).toBe(1);
    expect((await examine({ ARCHIVE_MAX_AGE_MS: '3600000' })).code).toBe(0);
  });

  it('The command sluice doctor archiver distinguishes an archiver that has just started from one that is missing', async () => {
    const record = { timestampMs: Date.now() - 600_000 } as LogRecord;
    const inspector = {
      positions: () => Promise.resolve([{ partition: 0, low: 0, committed: 0, high: 7 }]),
      peek: () => Promise.resolve([record]),
      members: () => Promise.resolve(1),
    };
    const printed: string[] = [];
    const out = (line: string) => void printed.push(line);
    const report = new Report({ out, note: out });
    await examineLag(inspector as unknown as BufferInspector, { archiveMaxAgeMs: 300_000 }, report);
    expect(printed.join('\n')).toMatch(/MISSING {3}7 records wait .*: an archiver runs: if it has just started, wait/);
    expect(report.isMissing).toBe(true);
  });

  it('The command sluice doctor archiver says the cause when the directory cannot be made', async () => {
    await publish(0);
    await writeFile(join(directory, 'archive'), 'in the way');
    const { code, text } = await examine();
    expect(text).toMatch(/MISSING {3}.*archive/);
    expect(code).toBe(1);
  });

  it('The command sluice doctor archiver reports that ARCHIVE_URL is not set, if the archiver was named', async () => {
    await publish(0);
    expect(await examine({ ARCHIVE_URL: '' })).toMatchObject({
      code: 1,
      text: expect.stringContaining('ARCHIVE_URL is not set'),
    });
  });

  it('The command sluice doctor archiver is part of the examination of all services only if there is an archive', async () => {
    await publish(0);
    expect((await examine({}, [])).text).toContain('archiver\n');
    expect((await examine({ ARCHIVE_URL: '' }, [])).text).not.toContain('archiver');
  });
});
