import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codeBlocks, OutsideProject } from './outside-project.js';
import { whenItSays } from './when-it-says.js';

/** Packing and installing take their time on a busy machine. */
const PATIENCE_MS = 300_000;

const EVENTS_README = 'libs/batch-transport/README.md';
const CONTRACTS_README = 'libs/contracts/README.md';

/** Puts one event and one foreign message into an embedded log, which the next process reads as it would read Kafka. */
const PUBLISH = `
  import { encodeEvent, EVENT_HEADERS, EVENTS_TOPIC, type IngestEvent } from '@sluice/contracts';
  import { openEventLog, type LogEntry } from '@sluice/batch-transport/reader';

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

describe('@sluice/contracts and @sluice/batch-transport, installed from their tarballs in another project', () => {
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
    'The packages consume in a Nest service as the README says, and end at a signal',
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
    'The packages consume without a framework as the README says, and end at a signal',
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

  it('The packages declare only the dependencies that they need: contracts none, and the reader no Nest', async () => {
    const { version, ...contracts } = await manifestOf('contracts');
    expect(contracts).not.toHaveProperty('dependencies');
    const ours = ['async', 'contracts', 'event-log', 'event-log-kafka'].map((name) => [`@sluice/${name}`, version]);
    expect(await manifestOf('batch-transport')).toMatchObject({ version, dependencies: Object.fromEntries(ours) });
    const entries = [
      'batch-transport/dist/reader',
      'event-log/dist',
      'event-log-kafka/dist',
      'contracts/dist',
      'async/dist',
    ];
    const loaded = await Promise.all(entries.map((entry) => project.imports(`node_modules/@sluice/${entry}/index.js`)));
    expect(loaded.flat()).toContain('@sluice/contracts');
    expect(loaded.flat().filter((name) => name.startsWith('@nestjs/'))).toEqual([]);
  });

  it('The packages ask for the versions that this tree uses', async () => {
    const { peerDependencies, version } = await manifestOf('batch-transport');
    const { dependencies } = await manifestOf('event-log-kafka');
    expect(version).toBe((await manifestIn('.')).version);
    const asked = Object.entries({ ...dependencies, ...peerDependencies }).filter(
      ([name]) => !name.startsWith('@sluice/'),
    );
    expect(asked.length).toBeGreaterThan(3);
    const used = await Promise.all(['apps/buffer-worker', 'libs/event-log-kafka', 'libs/http'].map(manifestIn));
    const ranges = Object.assign({}, ...used.map((manifest) => manifest.dependencies)) as Record<string, string>;
    for (const [name, range] of asked) expect([name, range]).toEqual([name, ranges[name]]);
  });

  it('The packages publish the JSON Schemas and the AsyncAPI document', async () => {
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

  const manifestIn = async (folder: string): Promise<Manifest> =>
    JSON.parse(await readFile(join(import.meta.dirname, '../..', folder, 'package.json'), 'utf8')) as Manifest;

  const manifestOf = async (name: string): Promise<Manifest> =>
    JSON.parse(await readFile(join(project.folder, 'node_modules/@sluice', name, 'package.json'), 'utf8')) as Manifest;
});
