import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FileObjectStore } from '@sluice/archive';
import { archivedRows, type FoundRow } from '@sluice/archive/testing';
import { HttpClient, ROOT, Standalone, storedIds, until } from '@sluice/test-kit';

const BATCH = 40;
const KILLS = 3;
const DEVICE = 'press-7';

let archive: string;
let sluice: Standalone;
beforeAll(async () => {
  archive = await mkdtemp(join(tmpdir(), 'sluice-archive-'));
  const settings = { ARCHIVE_URL: `file:${archive}`, ARCHIVE_MAX_AGE_MS: '1000', ARCHIVE_MAX_RECORDS: '25' };
  sluice = await Standalone.start(settings);
});
afterAll(async () => {
  await sluice.dispose();
  await rm(archive, { recursive: true });
});

let sent = 0;
/** @returns the ids that were acknowledged; none if the process was killed meanwhile */
async function sendBatch(): Promise<string[]> {
  const ids = Array.from({ length: BATCH }, () => `r-${sent++}`);
  const records = ids.map((record_id) => {
    const [timestamp, data_payload] = ['2026-01-31T12:00:00Z', { id: record_id }];
    return { device_id: DEVICE, record_id, timestamp, data_payload };
  });
  const headers = { 'content-type': 'application/json' };
  const request = { method: 'POST', headers, body: JSON.stringify(records) };
  const answer = await fetch(`${sluice.baseUrl}/ingest`, request).catch(() => undefined);
  return answer?.status === 202 ? ids : [];
}

async function runSluice(...args: string[]): Promise<{ code: number | null; out: string; notes: string }> {
  const env = { ...process.env, DATA_DIR: sluice.dataDir, ARCHIVE_URL: `file:${archive}`, SLUICE_URL: sluice.baseUrl };
  const child = spawn(process.execPath, [join(ROOT, 'dist/apps/operator/main.js'), ...args], { env });
  const [out, notes]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (bytes: Buffer) => out.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => notes.push(bytes));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out: Buffer.concat(out).toString(), notes: Buffer.concat(notes).toString() };
}

const rows = (): Promise<FoundRow[]> => archivedRows(new FileObjectStore(`file:${archive}`), sluice.dataDir);

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${sluice.baseUrl}/metrics`)).text();
  return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
}

describe('The archive of a process that is killed again and again', () => {
  const acknowledged = new Set<string>();

  it('The archive of a process that is killed again and again has every acknowledged record, and each partition and offset once', async () => {
    for (let kill = 0; kill < KILLS; kill++) {
      const before = await metric('sluice_archive_objects_total');
      for (let batch = 0; batch < 4; batch++) for (const id of await sendBatch()) acknowledged.add(id);
      await until(async () => (await metric('sluice_archive_objects_total')) > before);
      const [ids] = await Promise.all([sendBatch(), sluice.end('SIGKILL')]);
      for (const id of ids) acknowledged.add(id);
      await sluice.start();
    }
    await until(async () => (await metric('sluice_archive_lag_records')) === 0);
    const found = await rows();
    expect(new Set(found.map(({ partition, offset }) => `${partition}/${offset}`)).size).toBe(found.length);
    const archived = new Set(found.map(({ record_id }) => record_id));
    expect(acknowledged.size).toBeGreaterThan(KILLS * BATCH);
    expect([...acknowledged].filter((id) => !archived.has(id))).toEqual([]);
  }, 120_000);

  it('The archive of a process that is killed again and again leaves no file of an open object', async () => {
    expect(await readdir(join(sluice.dataDir, 'archive-spool'))).toEqual([]);
  });

  it('The archive of a process that is killed again and again is complete by sluice archive verify, which counts by day', async () => {
    await sluice.end();
    const { code, out, notes } = await runSluice('archive', 'verify', '--json');
    expect({ code, notes }).toEqual({ code: 0, notes: expect.stringMatching(/^The archive is whole: /) });
    const days = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, number>);
    const total = (name: string) => days.reduce((sum, day) => sum + day[name]!, 0);
    expect({ doubled: total('doubled'), missing: total('missing') }).toEqual({ doubled: 0, missing: 0 });
    expect(total('archived')).toBe(total('in_log'));
    expect(total('stored')).toBeGreaterThanOrEqual(acknowledged.size);
  });

  it('The archive of a process that is killed again and again fills an empty record store again by sluice archive restore, as often as it is run', async () => {
    for (const name of await readdir(sluice.dataDir))
      if (name.startsWith('records.db')) await rm(join(sluice.dataDir, name));
    await sluice.start();
    const days = [...new Set((await rows()).map(({ received_at }) => received_at.slice(0, 10)))];
    for (let run = 0; run < 2; run++) {
      const restored = await runSluice('archive', 'restore', ...days.flatMap((day) => ['--day', day]));
      expect(restored).toMatchObject({ code: 0, notes: '' });
    }
    await until(async () => (await metric('sluice_archive_lag_records')) === 0);
    const ids = await storedIds(new HttpClient(sluice.baseUrl), DEVICE);
    expect(new Set(ids).size).toBe(ids.length);
    expect([...acknowledged].filter((id) => !ids.includes(id))).toEqual([]);
  }, 60_000);
});
