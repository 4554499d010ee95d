import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { HttpClient, Standalone, until } from '@sluice/test-kit';

const RECORD = { device_id: 'dev-2', timestamp: '2025-09-09T17:00:00Z', data_payload: { n: 1 } };

let folder: string;
let list: string;
let standalone: Standalone;
let client: HttpClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-endpoints-'));
  list = join(folder, 'endpoints');
  await writeFile(list, 'http://127.0.0.1:1');
  // Much longer than the test takes: only a second signal ends it.
  standalone = await Standalone.start({ ENDPOINTS_FILE: list, DRAIN_NOTICE_MS: '600000' });
  client = new HttpClient(standalone.baseUrl);
});

afterAll(async () => {
  await standalone.dispose();
  await rm(folder, { recursive: true });
});

async function draining(): Promise<unknown> {
  const { body } = await client.get('/endpoints?device_id=dev-2');
  return body.endpoints.map(({ url, draining }: { url: string; draining: boolean }) => [url, draining]);
}

it('The gateway reads the file of the endpoints again when it changes', async () => {
  await writeFile(list, `${standalone.baseUrl}\n`);
  await until('the new list is answered', async () => {
    const { body } = await client.get('/endpoints?device_id=dev-2');
    return body.endpoints[0].url === standalone.baseUrl || undefined;
  });
  expect(await draining()).toEqual([[standalone.baseUrl, false]]);
});

it('The gateway drains after a SIGTERM: it is not ready, reports draining, and still accepts records', async () => {
  process.kill(standalone.pid!, 'SIGTERM');
  await until('it is not ready', async () => (await client.get('/health/ready')).status === 503 || undefined);
  expect(await draining()).toEqual([[standalone.baseUrl, true]]);
  const { status, headers } = await client.post('/ingest', RECORD);
  expect([status, headers.get('endpoint-draining')]).toEqual([202, 'true']);
});

it('The gateway stops at once after a second signal', async () => {
  expect(await standalone.end()).toBe(0);
});
