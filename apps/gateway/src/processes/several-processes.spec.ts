import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { GatewayProcesses, until } from '@sluice/test-kit';

const PROGRAM = 'apps/gateway/src/testing/several-processes.ts';
const ACCEPTED = 'sluice_ingest_records_total{verdict="accepted",reason=""}';
const RUNNING = 'sluice_gateway_processes';
const BURST_SECONDS = 3600;
const LARGEST = 100;

/** A process translates its sources when it starts. */
const PATIENCE = { tries: 1200 };

jest.setTimeout(120_000);

const CLOSE = { headers: { connection: 'close' } };

/** Each request has its own connection, so that the processes take turns. */
async function post(baseUrl: string, records: number): Promise<number> {
  const record = { device_id: 'dev-1', timestamp: '2025-09-09T17:00:00Z', data_payload: { a: 1 } };
  const body = JSON.stringify(new Array(records).fill(record));
  const headers = { 'content-type': 'application/json', ...CLOSE.headers };
  const response = await fetch(`${baseUrl}/ingest`, { method: 'POST', headers, body });
  const { accepted = 0 } = (await response.json()) as { accepted?: number };
  return accepted;
}

describe('A gateway of two processes', () => {
  let gateway: GatewayProcesses;
  let accepted = 0;
  let begunMs: number;

  beforeAll(async () => {
    gateway = await GatewayProcesses.start(PROGRAM, {
      GATEWAY_PROCESSES: '2',
      DEVICE_RECORDS_PER_SECOND: '1',
      LIMIT_BURST_SECONDS: String(BURST_SECONDS),
    });
    await gateway.whenReady();
    begunMs = Date.now();
  });
  afterAll(() => gateway.end('SIGKILL'));

  it('A gateway of two processes serves one port with both of them, and shows one set of counts', async () => {
    for (let times = 0; times < 4; times++) accepted += await post(gateway.baseUrl, 1);
    expect(accepted).toBe(4);
    await until('the counts are those of both', async () => (await gateway.metric(ACCEPTED)) === accepted);
    expect(await gateway.metric(RUNNING)).toBe(2);
    expect(await gateway.metric('process_start_time_seconds{process="2"}')).toBeGreaterThan(0);
  });

  it('A gateway of two processes continues when one is killed: the counts stay, a new process replaces it, and the gateway stays ready', async () => {
    const killed = gateway.pidOf(1);
    // What reaches it now is in its hands, and unanswered.
    process.kill(killed, 'SIGSTOP');
    const probes = Array.from({ length: 4 }, () => fetch(`${gateway.baseUrl}/health/live`, CLOSE));
    await Promise.any(probes);
    process.kill(killed, 'SIGKILL');
    expect((await Promise.allSettled(probes)).map(({ status }) => status)).toContain('rejected');
    await until('it is gone', async () => (await gateway.metric(RUNNING)) === 1);
    expect(await gateway.metric(ACCEPTED)).toBe(accepted);
    accepted += await post(gateway.baseUrl, 1);
    await gateway.whenReady();
    await until('another one is there', async () => (await gateway.metric(RUNNING)) === 2, PATIENCE);
    expect(await gateway.metric(ACCEPTED)).toBe(accepted);
    expect(await gateway.metric('sluice_gateway_process_restarts_total')).toBe(1);
  });

  it('A gateway of two processes keeps the limit of one device over all processes', async () => {
    for (let round = 0; round < 10; round++) {
      const counts = await Promise.all(Array.from({ length: 8 }, () => post(gateway.baseUrl, LARGEST)));
      accepted += counts.reduce((a, b) => a + b);
    }
    const seconds = (Date.now() - begunMs) / 1000;
    expect(accepted).toBeGreaterThanOrEqual(0.95 * BURST_SECONDS);
    expect(accepted).toBeLessThanOrEqual(BURST_SECONDS + seconds + 1);
  });

  it('A gateway of two processes stops both on a SIGTERM that every process gets, and exits with 0', async () => {
    process.kill(gateway.pidOf(2), 'SIGTERM');
    expect(await gateway.end('SIGTERM')).toBe(0);
    expect(gateway.lines.filter(({ msg }) => msg === 'stopped')).toHaveLength(2);
    expect(gateway.sentences).toEqual([]);
  });
});

describe('A gateway of several processes that cannot start', () => {
  it('A gateway of several processes that cannot start reports it once when a setting is wrong, and starts no process', async () => {
    const gateway = await GatewayProcesses.start(PROGRAM, { GATEWAY_PROCESSES: '2', MAX_BYTES_IN_FLIGHT: '33554432' });
    expect(await gateway.ended()).toBe(1);
    expect(gateway.output).toMatch(/^sluice gateway cannot start: MAX_BYTES_IN_FLIGHT is 33554432; .*\n$/);
  });

  it('A gateway of several processes that cannot start reports it once when the port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const PORT = String((other.address() as AddressInfo).port);
    const gateway = await GatewayProcesses.start(PROGRAM, { PORT, GATEWAY_PROCESSES: '3' });
    expect(await gateway.ended()).toBe(1);
    expect(gateway.sentences).toEqual([expect.stringMatching(/^sluice gateway cannot start: the port is in use/)]);
    other.close();
  });
});
