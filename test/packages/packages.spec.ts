import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codeBlocks, OutsideProject } from './outside-project.js';
import { whenItSays } from './when-it-says.js';

/** Packing and installing take their time on a busy machine. */
const PATIENCE_MS = 300_000;

const EVENTS_README = 'libs/event-log/package/README.md';
const CONTRACTS_README = 'libs/contracts/package/README.md';

/** Puts one event and one foreign message into an embedded log, which the next process reads as it would read Kafka. */
const PUBLISH = `
  import { encodeEvent, EVENT_HEADERS, EVENTS_TOPIC, type IngestEvent } from '@sluice/contracts';
  import { openEventLog, type LogEntry } from '@sluice/event-log';

  const timeouts = { publishTimeoutMs: 10_000, commitTimeoutMs: 10_000 };
  const log = await openEventLog({ url: process.argv[2]!, clientId: 'test', replicationFactor: 1, ...timeouts });
  await log.createTopics([{ name: EVENTS_TOPIC, partitions: 1 }]);
  const event: IngestEvent = {
    record_id: 'r-1', device_id: 'dev-2', timestamp: '2025-09-09T17:00:00Z',
    received_at: '2025-09-09T17:00:01.250Z', data_payload: { gene_count: 12 },
  };
  const entry: LogEntry = { key: null, value: encodeEvent(event), headers: EVENT_HEADERS, timestampMs: Date.now() };
  await log.publisher.publish(EVENTS_TOPIC, [entry, { ...entry, value: Buffer.from('hello') }]);
  await log.close();
`;

describe('@sluice/contracts and @sluice/event-log, installed from their tarballs in another project', () => {
  let project: OutsideProject;

  beforeAll(async () => {
    project = await OutsideProject.create();
    const [nest, plain] = await codeBlocks(EVENTS_README, 'ts');
    const [contracts] = await codeBlocks(CONTRACTS_README, 'ts');
    const on = (url: string, code: string) => code.replace('kafka://localhost:9092', url);
    await project.write('nest.ts', on('file:nest-log', nest!));
    await project.write('plain.ts', on('file:plain-log', plain!));
    await project.write('contracts.ts', contracts!);
    await project.write('publish.ts', PUBLISH);
    await project.compile();
  }, PATIENCE_MS);
  afterAll(() => project.remove());

  it(
    'consume in a Nest service as the README says, and end at a signal',
    async () => {
      await project.run('dist/publish.js', 'file:nest-log');
      const service = project.start('dist/nest.js');
      const said = whenItSays(service.stdout!, 'dev-2 { gene_count: 12 }');
      await whenItSays(service.stdout!, '1 records went to my-team.dead-letters');
      await said;
      service.kill('SIGTERM');
      expect(await once(service, 'close')).toEqual([null, 'SIGTERM']);
    },
    PATIENCE_MS,
  );

  it(
    'consume without a framework as the README says, and end at a signal',
    async () => {
      await project.run('dist/publish.js', 'file:plain-log');
      const program = project.start('dist/plain.js');
      const unreadable = whenItSays(program.stderr!, 'no event at 0/1: undecodable');
      await whenItSays(program.stdout!, '0 0 dev-2 { gene_count: 12 }');
      await unreadable;
      program.kill('SIGTERM');
      expect(await once(program, 'close')).toEqual([0, null]);
    },
    PATIENCE_MS,
  );

  it('carry what they need: contracts nothing, and the reader no Nest', async () => {
    expect(await manifestOf('contracts')).not.toHaveProperty('dependencies');
    const { version } = await manifestOf('contracts');
    expect(await manifestOf('event-log')).toMatchObject({ version, dependencies: { '@sluice/contracts': version } });
    const loaded = await project.imports('node_modules/@sluice/event-log/dist/consume/index.js');
    expect(loaded).toContain('#contracts');
    expect(loaded.filter((name) => name.startsWith('@nestjs/'))).toEqual([]);
  });

  it('ask for the versions that this tree uses', async () => {
    const ours = JSON.parse(await readFile(join(import.meta.dirname, '../../package.json'), 'utf8')) as Manifest;
    const { dependencies, peerDependencies, version } = await manifestOf('event-log');
    expect(version).toBe(ours.version);
    const asked = Object.entries({ ...dependencies, ...peerDependencies }).filter(
      ([name]) => !name.startsWith('@sluice/'),
    );
    expect(asked.length).toBeGreaterThan(3);
    for (const [name, range] of asked) expect([name, range]).toEqual([name, ours.dependencies[name]]);
  });

  it('publish the JSON Schemas and the AsyncAPI document', async () => {
    const { resolve } = createRequire(join(project.folder, 'package.json'));
    const schema = await readFile(resolve('@sluice/contracts/schemas/ingest-event.schema.json'), 'utf8');
    expect(JSON.parse(schema)).toMatchObject({ $id: 'urn:sluice:schema:ingest-event' });
    expect(await readFile(resolve('@sluice/contracts/asyncapi.yaml'), 'utf8')).toMatch(/^asyncapi: 3/);
  });

  interface Manifest {
    version: string;
    dependencies: Record<string, string>;
    peerDependencies?: Record<string, string>;
  }

  const manifestOf = async (name: string): Promise<Manifest> =>
    JSON.parse(await readFile(join(project.folder, 'node_modules/@sluice', name, 'package.json'), 'utf8')) as Manifest;
});
