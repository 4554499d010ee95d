import { storedCopiesFrom, untilDrained, type ReadStored } from '../../load/ledger/stored-copies.js';
import { ComposeProject } from '../../load/compose-project.js';
import { HttpClient, isReady, until } from '@sluice/test-kit';

const FILES = ['docker-compose.yml', 'tools/fleet/scaled/scaled.compose.yml'];
/** The services of the gateways for devices, and what publishes the port of each. */
const GATEWAYS = { 'gateway-a': 'SLUICE_PORT_1', 'gateway-b': 'SLUICE_PORT_2', 'gateway-c': 'SLUICE_PORT_3' };
const STARTING = { tries: 1200 };

/** One of the three gateways that devices report to. */
export interface ScaledGateway {
  service: string;
  /** As in the endpoint list. */
  url: string;
}

/** The compose profile `scaled` in a separate project, on free ports. */
export class ScaledStack {
  readonly gateways: readonly ScaledGateway[];
  /** For people: the one gateway that is not in the endpoint list. */
  readonly client: HttpClient;
  private fleets = 0;

  private constructor(private readonly project: ComposeProject) {
    this.gateways = Object.entries(GATEWAYS).map(([service, port]) => ({
      service,
      url: `http://${project.address(port)}`,
    }));
    this.client = new HttpClient(`http://${project.address('SLUICE_PORT')}`);
  }

  /** Afresh: an earlier project of the same name is removed first. */
  static async start(name: string, image: string): Promise<ScaledStack> {
    const ports = ['SLUICE_PORT', ...Object.values(GATEWAYS)];
    const options = { project: name, files: FILES, ports, env: { SLUICE_IMAGE: image }, profile: 'scaled' };
    const stack = new ScaledStack(await ComposeProject.create(options));
    try {
      await stack.project.up('--detach', '--no-build');
      await stack.untilReady();
      return stack;
    } catch (error) {
      await stack.dispose();
      throw error;
    }
  }

  /** By one pass over the collection: a page for each of a thousand devices would be a pass each on a store that finds no index for it. */
  readonly readStored: ReadStored = (deviceIds) =>
    storedCopiesFrom(() => this.compose('exec', '-T', 'query', 'node', '/app/test/stored-copies.mjs'), deviceIds);

  /** A name that begins the ids of a fleet's devices, and no other's on this stack. */
  fleetName(what: string): string {
    return `${what}-${this.fleets++}`;
  }

  /** Recreates the three gateways, each with this limit of concurrent requests. */
  async limit(concurrentRequests: number): Promise<void> {
    this.project.env['FLEET_CONCURRENT_REQUESTS'] = String(concurrentRequests);
    await this.compose('up', '--detach', '--no-build', '--no-deps', ...this.gateways.map(({ service }) => service));
    await this.untilReady();
  }

  /** `docker compose ...` on this stack. */
  compose(...args: string[]): Promise<string> {
    return this.project.run(args);
  }

  async kill({ service }: ScaledGateway): Promise<void> {
    await this.compose('kill', '--signal', 'KILL', service);
  }

  /** Resolves when it takes requests. */
  async start({ service, url }: ScaledGateway): Promise<void> {
    await this.compose('start', service);
    await until(`${service} is ready`, () => isReady(url), STARTING);
  }

  dispose(): Promise<void> {
    return this.project.down();
  }

  private async untilReady(): Promise<void> {
    for (const url of [this.client.baseUrl, ...this.gateways.map((gateway) => gateway.url)]) {
      await until(`${url} is ready`, () => isReady(url), STARTING);
    }
    await untilDrained(this.client);
  }
}
