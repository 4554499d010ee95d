import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Container, HttpClient, isReady, output, storedIds, until } from '@sluice/test-kit';

const VOLUME = 'sluice-test-kubernetes';
const image = process.env['SLUICE_IMAGE'] ?? 'sluice';
/** What the chart asks for in `mode: standalone`. */
const AS_IN_THE_POD = [
  ...['--read-only', '--tmpfs', '/tmp', '--user', '1000:1000', '--cap-drop', 'ALL'],
  ...['--security-opt', 'no-new-privileges', '--volume', `${VOLUME}:/data`],
];

let container: Container;

beforeAll(async () => {
  await output('docker', 'volume', 'create', '--label', 'sluice.test=true', VOLUME);
  // As a volume of Kubernetes with fsGroup 1000 on an ext4 disk: the folder stays root's.
  const asRoot = ['run', '--rm', '--user', 'root', '--volume', `${VOLUME}:/data`, '--entrypoint', 'sh', image, '-c'];
  await output('docker', ...asRoot, 'mkdir -m 0700 /data/lost+found; chown root:1000 /data; chmod 2775 /data');
  container = await Container.start(AS_IN_THE_POD);
});

afterAll(async () => {
  await container?.dispose();
  await output('docker', 'volume', 'rm', '--force', VOLUME);
});

it('The image runs as in the pod of the chart, and keeps its stored records when the pod is replaced', async () => {
  const client = new HttpClient(container.baseUrl);
  const record = {
    device_id: 'dev-pod',
    record_id: 'r-1',
    timestamp: '2025-09-09T17:00:00Z',
    data_payload: { ok: true },
  };
  expect((await client.post('/ingest', record)).status).toBe(202);
  await until('it is stored', async () => (await storedIds(client, 'dev-pod')).length === 1 || undefined);
  expect(await container.stop()).toBe(0);
  await container.dispose();

  container = await Container.start(AS_IN_THE_POD);
  await until('it is ready', () => isReady(container.baseUrl));
  expect(await storedIds(new HttpClient(container.baseUrl), 'dev-pod')).toEqual(['r-1']);
});
