import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FileObjectStore } from '@sluice/archive';
import { archivedRows } from '@sluice/archive/testing';
import { until } from '@sluice/test-kit';
import { StandaloneUnderTest } from './testing/standalone-under-test.js';

describe('The whole pipeline in one process, with ARCHIVE_URL', () => {
  let sluice: StandaloneUnderTest;
  let archive: string;
  beforeAll(async () => {
    archive = `file:${await StandaloneUnderTest.newDirectory()}`;
    sluice = await StandaloneUnderTest.start({ ARCHIVE_URL: archive, ARCHIVE_MAX_AGE_MS: '1000' });
  });
  afterAll(() => sluice.stop());

  const send = (recordId: string) =>
    fetch(`${sluice.url}/ingest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"device_id":"press-7","record_id":"${recordId}","timestamp":"2026-01-31T23:59:59.5Z","data_payload":{"n":9007199254740993}}`,
    });

  it('The archive has the acknowledged records exactly as they were sent', async () => {
    expect((await send('r-1')).status).toBe(202);
    const rows = await until(async () => {
      const found = await archivedRows(new FileObjectStore(archive), sluice.directory);
      return found.length > 0 && found;
    });
    expect(rows).toMatchObject([
      {
        device_id: 'press-7',
        record_id: 'r-1',
        timestamp: '2026-01-31T23:59:59.5Z',
        data_payload: '{"n":9007199254740993}',
      },
    ]);
  });

  it('The lag and the objects of the archive are metrics', async () => {
    const metrics = await (await fetch(`${sluice.url}/metrics`)).text();
    expect(metrics).toMatch(/^sluice_archive_objects_total 1$/m);
    expect(metrics).toMatch(/^sluice_archive_lag_records 0$/m);
    expect(metrics).toMatch(/^sluice_archive_paused\{cause="full"\} 0$/m);
  });
});
