import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { FailureCause } from '@sluice/event-log';
import { until } from '@sluice/test-kit';
import { KafkaEventLog } from './kafka-event-log.js';
import { BROKER_PATIENCE } from './testing/patience.js';

/** KafkaJS tries for some seconds before it reports anything. */
jest.setTimeout(60_000);

/** Begins like the alert of a TLS port that received something other than TLS. */
const TLS_ALERT = Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x46]);

describe('A port that is not a broker', () => {
  const servers: Server[] = [];
  const lines: string[] = [];
  let log: KafkaEventLog | undefined;
  afterEach(async () => {
    await log?.close();
    for (const server of servers.splice(0)) server.close();
    lines.length = 0;
  });

  async function listen(onConnection: (socket: Socket) => void): Promise<number> {
    const server = createServer(onConnection);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  function logAt(port: number): KafkaEventLog {
    return (log = new KafkaEventLog({
      url: `kafka://127.0.0.1:${port}`,
      clientId: 'connection-attempts-spec',
      publishTimeoutMs: 10_000,
      commitTimeoutMs: 1_000,
      replicationFactor: 1,
      logger: (level, message) => lines.push(`${level}: ${message}`),
    }));
  }

  const alertAndClose = (socket: Socket): void => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(TLS_ALERT));
  };

  async function closedPort(): Promise<number> {
    const port = await listen(() => undefined);
    await new Promise((resolve) => servers.pop()!.close(resolve));
    return port;
  }

  it.each<[string, FailureCause, () => Promise<number>]>([
    ['no process listens', 'refused', closedPort],
    ['the port expects TLS', 'closed', () => listen(alertAndClose)],
    ['the connection is closed at once', 'closed', () => listen((socket) => socket.end())],
  ])('The cause is reported if %s', async (_, failure, portOf) => {
    const unreachable = logAt(await portOf());
    await expect(unreachable.ping()).rejects.toMatchObject({ code: 'unavailable', failure });
    const entry = { key: null, value: Buffer.from('a'), headers: {}, timestampMs: 0 };
    expect(await unreachable.publisher.publish('events', [entry])).toMatchObject([{ written: false, cause: failure }]);
  });

  it('A closed subscription stops connecting, and an earlier line names the cause', async () => {
    let connections = 0;
    const port = await listen((socket) => {
      connections++;
      alertAndClose(socket);
    });
    const subscription = logAt(port).subscribe({ group: 'group', topics: ['events'] });
    await until(async () => lines.length > 0, BROKER_PATIENCE);
    expect(lines).toEqual([expect.stringMatching(/^warn: Kafka cannot be reached \(closed: /)]);
    const before = connections;
    await subscription.close();
    expect(connections - before).toBeLessThanOrEqual(1);
  });
});
