import { execFile, type ExecFileOptions } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { freePort, freeze } from '@sluice/test-kit';

const IMAGE = 'apache/kafka:4.3.1';

/** Path of the shared folder inside the broker's container. */
export const SHARED_FOLDER = '/suite';

interface BrokerExtras {
  /** Port of the listener without TLS. Default: a free one. */
  port?: number;
  /** Further ports, the same inside and outside. */
  morePorts?: readonly number[];
  /** Mounted in the container at {@link SHARED_FOLDER}. */
  folder?: string;
}

/** A Kafka broker in a separate container, for tests that would disturb a shared broker. */
export class OwnBroker {
  private constructor(
    private readonly container: string,
    readonly port: number,
    readonly address: string,
  ) {}

  /**
   * @param advertisedPort the port that clients get from the broker, for a proxy before it; default: its own
   * @param more settings of the broker
   */
  static async start(
    advertisedPort?: number,
    more: Record<string, string> = {},
    { port: ownPort, morePorts = [], folder }: BrokerExtras = {},
  ): Promise<OwnBroker> {
    const port = ownPort ?? (await freePort());
    const address = `127.0.0.1:${advertisedPort ?? port}`;
    const broker = new OwnBroker(`sluice-own-broker-${randomUUID()}`, port, address);
    const settings = Object.entries({ ...settingsFor(broker.address, port), ...more }).flatMap(([name, value]) => [
      '-e',
      `${name}=${value}`,
    ]);
    const ports = [port, ...morePorts].flatMap((each) => ['-p', `127.0.0.1:${each}:${each}`]);
    const volumes = folder === undefined ? [] : ['-v', `${folder}:${SHARED_FOLDER}:ro`];
    await docker(['run', '--detach', '--name', broker.container, ...ports, ...volumes, ...settings, IMAGE]);
    return broker;
  }

  /** Freezes the broker: connections stay open, no request is answered. */
  async freeze(): Promise<void> {
    await freeze(this.container);
  }

  async thaw(): Promise<void> {
    await docker(['unpause', this.container]);
  }

  /** Connections are cut, and refused until the broker is up again. */
  async restart(): Promise<void> {
    await docker(['stop', '--time', '10', this.container]);
    await docker(['start', this.container]);
  }

  /** Publishes `key:value` lines with the Java client. */
  async produceWithJavaClient(topic: string, lines: readonly string[]): Promise<void> {
    const properties = ['parse.key=true', 'key.separator=:'].flatMap((property) => ['--reader-property', property]);
    const producer = ['/opt/kafka/bin/kafka-console-producer.sh', '--bootstrap-server', this.address, '--topic', topic];
    await docker(['exec', '-i', this.container, ...producer, ...properties], `${lines.join('\n')}\n`);
  }

  /** Runs one of the scripts of Kafka in the container: `kafka-configs.sh`. */
  async script(name: string, ...args: readonly string[]): Promise<void> {
    await docker(['exec', this.container, `/opt/kafka/bin/${name}`, '--bootstrap-server', this.address, ...args]);
  }

  async remove(): Promise<void> {
    await docker(['rm', '--force', '--volumes', this.container]);
  }
}

function settingsFor(address: string, port: number): Record<string, string> {
  return {
    KAFKA_HEAP_OPTS: '-Xmx512m',
    KAFKA_NODE_ID: '1',
    KAFKA_PROCESS_ROLES: 'broker,controller',
    KAFKA_LISTENERS: `PLAINTEXT://0.0.0.0:${port},CONTROLLER://0.0.0.0:9093`,
    KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://${address}`,
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
    KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
    KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
    KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
    // Records of the suites carry the times of their fixtures: retention would delete them while a suite reads them.
    KAFKA_LOG_RETENTION_MS: '-1',
  };
}

function docker(args: readonly string[], input = '', options: ExecFileOptions = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = execFile('docker', [...args], options, (error) => (error === null ? resolve() : reject(error)));
    child.stdin?.end(input);
  });
}
