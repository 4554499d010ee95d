import { afterAll, describe, expect, it } from '@jest/globals';
import { Container, HttpClient, output, until } from '@sluice/test-kit';

const started: Container[] = [];

async function start(...options: string[]): Promise<Container> {
  const container = await Container.start(options);
  started.push(container);
  return container;
}

afterAll(() => Promise.all(started.map((container) => container.dispose())));

describe('The container', () => {
  it('The container runs as an unprivileged user, under an init process', async () => {
    const container = await start();
    await expect(output('docker', 'exec', container.id, 'id', '--user', '--name')).resolves.toBe('node');
    await expect(output('docker', 'exec', container.id, 'cat', '/proc/1/comm')).resolves.toBe('tini');
  });

  it('The container becomes healthy', async () => {
    const container = await start();
    const health = async (): Promise<boolean> => (await container.inspect('{{.State.Health.Status}}')) === 'healthy';
    await until('Docker calls it healthy', async () => (await health()) || undefined);
  });

  it('The container ends with 0 when it is stopped', async () => {
    const container = await start();
    await expect(container.stop()).resolves.toBe(0);
  });

  it('The container works without a capability, and with a root file system that cannot be written', async () => {
    const rights = ['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];
    const volume = await createVolume();
    const container = await start('--read-only', '--tmpfs', '/tmp', '--volume', `${volume}:/data`, ...rights);
    const answer = await new HttpClient(container.baseUrl).post('/ingest', event());
    expect(answer.status).toBe(202);
    await expect(output('docker', 'exec', container.id, 'sluice', 'tokens', 'list')).resolves.toBe('');
    await container.dispose();
    await output('docker', 'volume', 'rm', volume);
  });

  it('The container has the command sluice, which works on the data of the service', async () => {
    const { id } = await start();
    const sluice = (...args: string[]): Promise<string> => output('docker', 'exec', id, 'sluice', ...args);
    await expect(sluice('tokens', 'create', '--pattern', 'a<b*')).rejects.toThrow('"a<b*" is not a pattern');
    await expect(sluice('tokens', 'create', '--device', 'dev-1')).resolves.toMatch(/^sluice_/);
    await expect(sluice('tokens', 'list')).resolves.toContain('device dev-1  ingest');
  });

  it('The image has the packages that the apps need at run time, and none of tests and tools', async () => {
    const { id } = await start();
    const find = ['find', '/app/node_modules', '-name', 'package.json'];
    const manifests = (await output('docker', 'exec', id, ...find)).split('\n');
    const found = new Set(
      manifests.flatMap((path) => /.*node_modules\/((@[^/]+\/)?[^/]+)\/package\.json$/.exec(path)?.[1] ?? []),
    );
    const bom = JSON.parse(await output('node', 'scripts/sbom.mjs')) as { components: { 'bom-ref': string }[] };
    const names = bom.components.map((component) =>
      component['bom-ref'].slice(0, component['bom-ref'].lastIndexOf('@')),
    );
    expect([...found].sort()).toEqual([...new Set(names.filter((name) => !name.startsWith('@sluice/')))].sort());
  });

  it('The container serves its API description without the compiler', async () => {
    const { baseUrl } = await start();
    expect(await (await fetch(`${baseUrl}/openapi.json`)).json()).toMatchObject({
      openapi: expect.stringMatching(/^3/),
    });
  });

  it('The container creates no anonymous volume', async () => {
    const container = await start();
    await expect(container.inspect('{{json .Mounts}}')).resolves.toBe('[]');
  });

  it('The container keeps its records in its volume', async () => {
    const volume = await createVolume();
    const first = await start('--volume', `${volume}:/data`);
    await new HttpClient(first.baseUrl).post('/ingest', event('kept'));
    await first.stop();
    await first.dispose();
    const second = await start('--volume', `${volume}:/data`);
    const client = new HttpClient(second.baseUrl);
    await until('the record is stored', async () => {
      const { body } = await client.get('/records/dev-1/kept');
      return body.state === 'stored' || undefined;
    });
    await second.dispose();
    await output('docker', 'volume', 'rm', volume);
  });
});

/** The runner removes it if a test does not. */
function createVolume(): Promise<string> {
  return output('docker', 'volume', 'create', '--label', 'sluice.test=true');
}

function event(recordId?: string): object {
  const id = recordId === undefined ? {} : { record_id: recordId };
  return { device_id: 'dev-1', timestamp: '2025-09-09T17:00:00Z', data_payload: { gene_count: 12 }, ...id };
}
