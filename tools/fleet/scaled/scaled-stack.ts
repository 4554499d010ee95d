import { storedCopiesFrom, untilDrained, type ReadStored } from '../../load/ledger/store-dump.js';
import { docker } from '../../load/docker.js';
import { HttpClient, freePort, isReady, until } from '@sluice/test-kit';

const FILES = ['-f', 'docker-compose.yml', '-f', 'tools/fleet/scaled/scaled.compose.yml'];
/** The services of the gateways for devices, and what publishes the port of each. */
const GATEWAYS = { 'gateway-a': 'SLUICE_PORT_1', 'gateway-b': 'SLUICE_PORT_2', 'gateway-c': 'SLUICE_PORT_3' };
const STARTING = { tries: 1200 };

/** One of the three gateways that devices report to. */
export interface ScaledGateway {
  service: string;
  /** As it stands in the endpoint list. */
  url: string;
}

/** The compose profile `scaled` in a project of its own, on free ports. */
export class ScaledStack {
  readonly gateways: readonly ScaledGateway[];
  /** For people: the one gateway that devices are not told of. */
  readonly client: HttpClient;
  private fleets = 0;

  private constructor(
    private readonly project: string,
    private readonly env: Record<string, string>,
  ) {
    this.gateways = Object.entries(GATEWAYS).map(([service, port]) => ({
      service,
      url: `http://127.0.0.1:${env[port]}`,
    }));
    this.client = new HttpClient(`http://127.0.0.1:${env['SLUICE_PORT']}`);
  }

  /** Afresh: an earlier project of the same name is removed first. */
  static async start(project: string, image: string): Promise<ScaledStack> {
    const env: Record<string, string> = { SLUICE_IMAGE: image };
    for (const port of ['SLUICE_PORT', ...Object.values(GATEWAYS)]) env[port] = String(await freePort());
    const stack = new ScaledStack(project, env);
    try {
      await stack.down();
      await stack.compose('up', '--detach', '--no-build');
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

  /** Makes the three gateways anew, each taking so many requests at one time and answering 503 to one more. */
  async limit(concurrentRequests: number): Promise<void> {
    this.env['FLEET_CONCURRENT_REQUESTS'] = String(concurrentRequests);
    await this.compose('up', '--detach', '--no-build', '--no-deps', ...this.gateways.map(({ service }) => service));
    await this.untilReady();
  }

  /** `docker compose ...` on this stack. */
  compose(...args: string[]): Promise<string> {
    return docker(['compose', '--profile', 'scaled', '-p', this.project, ...FILES, ...args], this.env);
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
    return this.down();
  }

  private async untilReady(): Promise<void> {
    for (const url of [this.client.baseUrl, ...this.gateways.map((gateway) => gateway.url)]) {
      await until(`${url} is ready`, () => isReady(url), STARTING);
    }
    await untilDrained(this.client);
  }

  private async down(): Promise<void> {
    await this.compose('down', '--volumes', '--remove-orphans', '--timeout', '5');
  }
}
