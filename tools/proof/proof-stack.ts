import { DEAD_LETTERS_TOPIC, EVENTS_TOPIC, STORE_GROUP } from '@sluice/contracts';
import { openEventLog, openRecordStore } from '@sluice/engines';
import type { EventLog, PartitionPosition } from '@sluice/event-log';
import type { RecordStore } from '@sluice/record-store';
import type { StoredCopy } from '../load/ledger/check.js';
import { storedCopiesFrom, untilDrained } from '../load/ledger/stored-copies.js';
import { freeze, HttpClient, isReady, type System, until } from '@sluice/test-kit';
import { ComposeProject } from '../load/compose-project.js';
import { docker } from '../load/docker.js';
import { Links } from './links.js';

export type Service = 'gateway' | 'buffer-worker' | 'query' | 'kafka' | 'kafka-2' | 'kafka-3' | 'mongo' | 'naive';
/** `cluster`: three brokers, three copies; the links exist and are not used. */
export type Layout = 'compose' | 'cluster';

const FILES: Record<Layout, readonly string[]> = {
  compose: ['docker-compose.yml', 'tools/proof/stack/proof.compose.yml'],
  cluster: ['docker-compose.yml', 'tools/proof/stack/proof.compose.yml', 'tools/proof/stack/cluster.compose.yml'],
};
const PORTS = [
  'SLUICE_PORT',
  'PROOF_LINKS_PORT',
  'PROOF_KAFKA_PORT',
  'PROOF_KAFKA_2_PORT',
  'PROOF_KAFKA_3_PORT',
  'PROOF_MONGO_PORT',
];
const ENGINE_TIMEOUT_MS = 10_000;

/** The full stack in a separate compose project, with controllable links and both engines reachable. */
export class ProofStack implements System {
  readonly baseUrl: string;
  readonly client: HttpClient;
  readonly links: Links;

  private constructor(
    private readonly project: ComposeProject,
    readonly layout: Layout,
    readonly log: EventLog,
    readonly store: RecordStore,
  ) {
    this.baseUrl = `http://${project.address('SLUICE_PORT')}`;
    this.client = new HttpClient(this.baseUrl);
    this.links = new Links(`http://${project.address('PROOF_LINKS_PORT')}`);
  }

  /** Afresh: an earlier project of the same name is removed first. */
  static async start(name: string, image: string, layout: Layout): Promise<ProofStack> {
    const env = { SLUICE_IMAGE: image };
    const project = await ComposeProject.create({ project: name, files: FILES[layout], ports: PORTS, env });
    const log = await openEventLog({ ...LOG_OPTIONS, url: `kafka://${project.address('PROOF_KAFKA_PORT')}` });
    const storeUrl = `mongodb://${project.address('PROOF_MONGO_PORT')}/sluice`;
    const stack = new ProofStack(project, layout, log, await openRecordStore({ ...STORE_OPTIONS, url: storeUrl }));
    try {
      await project.up('--detach', '--no-build');
      await stack.untilWell();
      return stack;
    } catch (error) {
      await stack.dispose();
      throw error;
    }
  }

  compose(...args: string[]): Promise<string> {
    return this.project.run(args);
  }

  /** Recreates the containers of a service, with other keys in the environment of the compose file. */
  recreate(service: Service, env: Record<string, string> = {}): Promise<string> {
    return this.project.run(['up', '--detach', '--no-build', '--no-deps', '--force-recreate', service], env);
  }

  scale(service: Service, count: number): Promise<string> {
    const alone = ['--detach', '--no-build', '--no-deps', '--no-recreate'];
    return this.compose('up', ...alone, '--scale', `${service}=${count}`, service);
  }

  /** Containers of a service that are there, running or not, oldest first. */
  async containers(service: Service): Promise<string[]> {
    const names = await this.compose('ps', '--all', '--format', '{{.Name}}', service);
    return names.split('\n').filter(Boolean).sort();
  }

  /** `docker <command>` on all containers of the services. */
  async each(command: readonly string[], ...services: Service[]): Promise<void> {
    const found = (await Promise.all(services.map((service) => this.containers(service)))).flat();
    if (found.length > 0) await docker([...command, ...found]);
  }

  kill(...services: Service[]): Promise<void> {
    return this.each(['kill', '--signal', 'KILL'], ...services);
  }

  start(...services: Service[]): Promise<void> {
    return this.each(['start'], ...services);
  }

  /** A machine with much to do does not always manage to freeze a process at once. */
  async freeze(...services: Service[]): Promise<void> {
    for (const container of (await Promise.all(services.map((service) => this.containers(service)))).flat()) {
      await freeze(container);
    }
  }

  thaw(...services: Service[]): Promise<void> {
    return this.each(['unpause'], ...services);
  }

  /** How often a line of the service's log since then matches. */
  async logLines(service: Service, pattern: RegExp, since: Date): Promise<number> {
    const logs = await this.compose('logs', '--no-color', '--since', since.toISOString(), service);
    return logs.split('\n').filter((line) => pattern.test(line)).length;
  }

  positions(): Promise<PartitionPosition[]> {
    return this.log.inspect({ group: STORE_GROUP, topic: EVENTS_TOPIC }).positions();
  }

  deadLetterPositions(): Promise<PartitionPosition[]> {
    return this.log.inspect({ group: STORE_GROUP, topic: DEAD_LETTERS_TOPIC }).positions();
  }

  /** Every link open, everything running, ready and drained. */
  async untilWell(): Promise<void> {
    await until('the gateway is ready', () => isReady(this.baseUrl), { tries: 1200 });
    await untilDrained(this.client);
  }

  /** What the store itself has of these devices: hundreds of thousands of records are too many for the pages that people read. */
  storedCopies(deviceIds: readonly string[]): Promise<StoredCopy[]> {
    const print = () => this.compose('exec', '-T', 'links', 'node', '/app/proof/stored-copies.mjs');
    return storedCopiesFrom(print, deviceIds);
  }

  async emptyStore(): Promise<void> {
    await this.compose('exec', '-T', 'links', 'node', '/app/proof/empty-store.mjs');
  }

  /** Takes back whatever a fault that failed has left: nothing frozen, nothing stopped, every link open. */
  async mend(): Promise<void> {
    const found = await this.compose('ps', '--all', '--format', '{{.Service}} {{.State}} {{.Name}}');
    const containers = found.split('\n').map((line) => line.split(' ') as [string, string, string]);
    const frozen = containers.filter(([, state]) => state === 'paused').map(([, , name]) => name);
    const ended = containers
      .filter(([service, state]) => state === 'exited' && service !== 'init')
      .map(([, , name]) => name);
    if (frozen.length > 0) await docker(['unpause', ...frozen]);
    if (ended.length > 0) await docker(['start', ...ended]);
    await this.links.openAll();
  }

  /** Nothing waited at one moment, although the load continues: what was there when this was called is stored. */
  async untilDrainedOnce(): Promise<void> {
    const before = await until('the log answers', () => this.positions(), { tries: 600 });
    const isPast = async (): Promise<true | undefined> => {
      const now = await this.positions();
      return before.every(({ partition, high }) => now[partition]!.committed >= high) || undefined;
    };
    await until('what waited is stored', isPast, { tries: 1800 });
  }

  async dispose(): Promise<void> {
    await Promise.allSettled([this.log.close(), this.store.close()]);
    await this.project.down();
  }
}

const LOG_OPTIONS = {
  clientId: 'sluice-proof',
  publishTimeoutMs: ENGINE_TIMEOUT_MS,
  commitTimeoutMs: ENGINE_TIMEOUT_MS,
  replicationFactor: 1,
};
const STORE_OPTIONS = { clientId: 'sluice-proof', timeoutMs: ENGINE_TIMEOUT_MS };
