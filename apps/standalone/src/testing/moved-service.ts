import { mkdirSync } from 'node:fs';
import type { StoredRecord } from '@sluice/contracts';
import { COMMANDS, sluice } from '@sluice/operator/testing';
import { until } from '@sluice/test-kit';
import { RecordStore } from '@sluice/record-store';
import { StandaloneUnderTest } from './standalone-under-test.js';

/** Runs `sluice <args>`. */
export async function runCommand(args: string, env: NodeJS.ProcessEnv = {}) {
  const [out, notes]: string[][] = [[], []];
  const output = { out: (line: string) => void out!.push(line), note: (line: string) => void notes!.push(line) };
  const code = await sluice(args.split(' '), COMMANDS, { env, output });
  return { code, out: out!.join('\n'), notes: notes!.join('\n') };
}

export function moveFrom(from: string, recordStore: string, eventLog: string) {
  return runCommand(`move --from ${from} --record-store ${recordStore} --event-log ${eventLog}`);
}

/**
 * A stopped service with 31 records of two devices, a token, and a dead letter that was discarded.
 *
 * @returns its records
 */
export async function fillService(dataDir: string): Promise<StoredRecord[]> {
  mkdirSync(dataDir, { recursive: true });
  await runCommand('tokens create --reader', { DATA_DIR: dataDir });
  const service = await StandaloneUnderTest.start({ DATA_DIR: dataDir });
  const post = (path: string, body: object) =>
    fetch(service.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const record = (n: number, data_payload: object = { n, '-0': -0.5, $set: { 'a.b': 'ä' } }) => ({
    device_id: n % 2 === 0 ? 'dev-2' : 'lab-7:3',
    record_id: `run/${n}`,
    timestamp: `2025-09-09T17:00:${String(n % 60).padStart(2, '0')}.5+02:00`,
    data_payload,
  });
  await post(
    '/ingest',
    Array.from({ length: 30 }, (_, n) => record(n)),
  );
  await post('/ingest', record(30));
  await post('/ingest', record(30, { another: 'payload' }));
  const letters = async () =>
    (
      (await (await fetch(`${service.url}/dead-letters`)).json()) as {
        letters: { partition: number; offset: number }[];
      }
    ).letters;
  await until('the letter is there', async () => (await letters()).length === 1, {});
  const { partition, offset } = (await letters())[0]!;
  await post(`/dead-letters/${partition}/${offset}/discard`, { why: 'moved along' });
  const store = service.app.get(RecordStore, { strict: false });
  const stored = await until(
    'all records are stored',
    async () => {
      const { records } = await store.reader.page({}, 1000);
      return records.length === 31 && records;
    },
    {},
  );
  await service.app.close();
  return stored;
}
