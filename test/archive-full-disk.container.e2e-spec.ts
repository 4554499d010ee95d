import { afterAll, describe, expect, it } from '@jest/globals';
import { Container, HttpClient, output, until } from '@sluice/test-kit';

const RECORDS = 200;
/** The archiver looks at a full disk again after at most half a minute. */
const TIME_LIMIT_MS = 120_000;

const started: Container[] = [];
afterAll(() => Promise.all(started.map((container) => container.dispose())));

/** A standalone that archives to one small disk, and keeps open objects on another. */
async function start(): Promise<Container> {
  const disks = ['/archive', '/spool'].flatMap((path) => ['--tmpfs', `${path}:size=2m,uid=1000`]);
  const settings = {
    ARCHIVE_URL: 'file:/archive',
    ARCHIVE_SPOOL_DIR: '/spool',
    ARCHIVE_FORMAT: 'ndjson.gz',
    ARCHIVE_MAX_AGE_MS: '1000',
  };
  const container = await Container.start([
    ...disks,
    ...Object.entries(settings).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
  ]);
  started.push(container);
  return container;
}

const shell = ({ id }: Container, command: string): Promise<string> =>
  output('docker', 'exec', id, 'sh', '-c', command);

async function send(client: HttpClient, name: string): Promise<string[]> {
  const ids = Array.from({ length: RECORDS }, (_, number) => `${name}-${number}`);
  const records = ids.map((record_id) => {
    const [timestamp, data_payload] = ['2026-01-31T12:00:00Z', { text: record_id.repeat(20) }];
    return { device_id: 'dev-1', record_id, timestamp, data_payload };
  });
  expect((await client.post('/ingest', records)).status).toBe(202);
  return ids;
}

async function metric({ baseUrl }: Container, name: string): Promise<number> {
  const text = await (await fetch(`${baseUrl}/metrics`)).text();
  const line = text.split('\n').find((found) => found.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1));
}

/** The lines that the archiver has written about its state. */
async function linesOf({ id }: Container): Promise<string[]> {
  const log = await output('docker', 'logs', id);
  return log.split('\n').filter((line) => /archiving (is paused|goes on)/.test(line));
}

const untilArchived = (container: Container): Promise<true> =>
  until('all is archived', async () => (await metric(container, 'sluice_archive_lag_records')) === 0 || undefined);

describe('The archive on a full disk', () => {
  it.each([
    ['/archive', 'ARCHIVE_URL'],
    ['/spool', 'ARCHIVE_SPOOL_DIR'],
  ])(
    'The archive on a full disk pauses with one message when %s is full, continues when there is room again, and loses nothing',
    async (disk, setting) => {
      const container = await start();
      const client = new HttpClient(container.baseUrl);
      const sent = await send(client, 'before');
      await untilArchived(container);
      await shell(container, `head -c 4m /dev/zero > ${disk}/filler || true`);

      sent.push(...(await send(client, 'meanwhile')));
      const paused = 'sluice_archive_paused{cause="full"}';
      await until('it is paused', async () => (await metric(container, paused)) === 1 || undefined);
      const failures = 'sluice_archive_failures_total{cause="full"}';
      if (disk === '/archive')
        await until('it has tried again', async () => (await metric(container, failures)) > 1 || undefined);
      sent.push(...(await send(client, 'ingestion goes on')));
      await until('they are stored', async () => {
        const { body } = await client.get('/records/dev-1/ingestion%20goes%20on-0');
        return body.state === 'stored' || undefined;
      });
      const [line, ...more] = await linesOf(container);
      expect(more).toEqual([]);
      expect(JSON.parse(line!)).toMatchObject({
        reason: 'full',
        msg: expect.stringContaining(`The disk of ${disk} is full (${setting}): free some space.`),
      });

      await shell(container, `rm ${disk}/filler`);
      await untilArchived(container);
      expect(await metric(container, paused)).toBe(0);
      expect(await linesOf(container)).toHaveLength(2);
      const text = await shell(container, 'gunzip -c /archive/date=*/hour=*/partition=*/*.ndjson.gz');
      const rows = text.split('\n').map((row) => JSON.parse(row) as { record_id: string });
      expect(rows.map(({ record_id }) => record_id).sort()).toEqual(sent.sort());
      expect(await shell(container, 'ls -A /spool; find /archive -name "*.tmp"')).toBe('');
    },
    TIME_LIMIT_MS,
  );
});
