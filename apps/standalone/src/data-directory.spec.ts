import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StandaloneUnderTest } from './testing/standalone-under-test.js';

const RECORD = JSON.stringify({
  device_id: 'dev-2',
  timestamp: '2025-09-09T17:00:00Z',
  data_payload: { quality: 0.98 },
});

describe('The data directory of a running standalone process', () => {
  const umask = process.umask();
  let standalone: StandaloneUnderTest;
  let away: string;

  beforeEach(async () => {
    process.umask(0);
    standalone = await StandaloneUnderTest.start();
    away = `${standalone.directory}-away`;
  });
  afterEach(async () => {
    process.umask(umask);
    await standalone.stop();
    rmSync(away, { recursive: true, force: true });
  });

  const statusOf = async (path: string, init: RequestInit = {}): Promise<number> => {
    const headers = { 'content-type': 'application/json', connection: 'close' };
    const response = await fetch(`${standalone.url}${path}`, { headers, ...init });
    await response.text();
    return response.status;
  };
  const send = () => statusOf('/ingest', { method: 'POST', body: RECORD });
  const eventLog = async (): Promise<string | undefined> => {
    const response = await fetch(`${standalone.url}/health/ready`, { headers: { connection: 'close' } });
    const { details } = (await response.json()) as { details: Record<string, { status: string }> };
    return details['event-log']?.status;
  };
  const statuses = async () => [await send(), await eventLog(), await statusOf('/records')];

  it('A moved directory is detected at once: nothing is accepted or shown, and readiness is red', async () => {
    expect(await statuses()).toEqual([202, 'up', 200]);
    renameSync(standalone.directory, away);
    expect(await statuses()).toEqual([503, 'down', 503]);
    renameSync(away, standalone.directory);
    expect(await statuses()).toEqual([202, 'up', 200]);
  });

  it('Only the user of the process can read its files, whatever the umask', async () => {
    expect(await send()).toBe(202);
    const modes = readdirSync(standalone.directory).map(
      (name) => statSync(join(standalone.directory, name)).mode & 0o777,
    );
    expect(modes.length).toBeGreaterThanOrEqual(4);
    expect(new Set(modes)).toEqual(new Set([0o600]));
  });
});
