import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HttpClient, output, Stack, until } from '@sluice/test-kit';

const DEVICE = 'dev-archived';
const RECORDS = 500;
const TIME_LIMIT_MS = 120_000;

const stack = new Stack();
const client = new HttpClient(stack.baseUrl);

const inArchiver = (...command: string[]): Promise<string> => stack.compose('exec', '-T', 'archiver', ...command);
/** As an operator does while the archiver is stopped. */
const sluice = (...args: string[]): Promise<string> =>
  stack.compose('--profile', 'archive', 'run', '--rm', '--no-deps', '-T', 'archiver', 'sluice', ...args);

async function openObjects(): Promise<number> {
  const program = `fetch('http://127.0.0.1:8000/metrics').then((r) => r.text()).then(console.log)`;
  const text = await inArchiver('node', '-e', program);
  return Number(/^sluice_archive_open_objects (\d+)$/m.exec(text)?.[1]);
}

describe('The Compose profile archive', () => {
  // To sluice doctor, records that other suites left waiting minutes ago would mean that no archiver runs.
  beforeAll(async () => {
    await stack.compose('down', '--volumes');
    await stack.up();
  }, TIME_LIMIT_MS);
  afterAll(() => stack.compose('--profile', 'archive', 'rm', '--stop', '--force', 'archiver'));

  it(
    'The Compose profile archive archives the posted records, and sluice archive verify finds the archive complete',
    async () => {
      await stack.compose('--profile', 'archive', 'up', '--wait', '--wait-timeout', '60', 'archiver');
      const records = Array.from({ length: RECORDS }, (_, number) => ({
        device_id: DEVICE,
        record_id: `r-${number}`,
        timestamp: '2026-01-31T12:00:00Z',
        data_payload: { number },
      }));
      expect((await client.post('/ingest', records)).status).toBe(202);
      await until('records are in open objects', async () => (await openObjects()) > 0 || undefined);
      await expect(inArchiver('sluice', 'doctor', 'archiver')).resolves.toContain(
        'objects can be written to /data/archive',
      );

      await stack.compose('stop', 'archiver');
      const [{ id, exitCode } = { id: '', exitCode: -1 }] = await stack.containers('archiver');
      expect({ exitCode, log: await output('docker', 'logs', id) }).toMatchObject({ exitCode: 0 });
      const days = (await sluice('archive', 'verify', '--json')).split('\n');
      const counts = days.map((day) => JSON.parse(day) as Record<string, number>);
      const total = (name: string) => counts.reduce((sum, day) => sum + day[name]!, 0);
      expect(total('objects')).toBeGreaterThan(0);
      expect(total('archived')).toBe(total('in_log'));
      expect([total('doubled'), total('missing'), total('waiting')]).toEqual([0, 0, 0]);
      const restored = await sluice('archive', 'restore', '--device', DEVICE, '--dry-run');
      expect(JSON.parse(restored)).toMatchObject({ matched: RECORDS });
    },
    TIME_LIMIT_MS,
  );
});
