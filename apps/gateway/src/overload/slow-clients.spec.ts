import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { until } from '@sluice/test-kit';
import { GatewayUnderTest, SEED_RECORD } from '../testing/gateway-under-test.js';
import { exchange, statusesOf } from '../testing/raw-socket.js';

const LINE = 'POST /ingest HTTP/1.1\r\nHost: x\r\n';
const headOf = (bytes: number) => `${LINE}Content-Type: application/json\r\nContent-Length: ${bytes}\r\n\r\n`;

let gateway: GatewayUnderTest;
let sockets: Socket[];
beforeEach(async () => {
  sockets = [];
  gateway = await GatewayUnderTest.start();
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await gateway.stop();
});

/** So many connections that send this and then nothing more. */
function stalled(count: number, beginning: string): void {
  for (let opened = 0; opened < count; opened++) {
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    socket.write(beginning);
    sockets.push(socket);
  }
}

/** As many at one time as there may be. */
async function honestStatuses(): Promise<number[]> {
  const answers = await Promise.all(Array.from({ length: 8 }, () => gateway.post(SEED_RECORD)));
  return answers.map(({ status }) => status);
}

const all202 = new Array<number>(8).fill(202);

it('The gateway answers normal devices beside connections that idle or stop in their headers', async () => {
  stalled(200, '');
  stalled(100, `${LINE}X-Slow: `);
  expect(await honestStatuses()).toEqual(all202);
});

it('The gateway answers normal devices beside more arriving bodies than the limit of requests', async () => {
  stalled(40, headOf(1000) + '{');
  await until(() => gateway.admission.requests === 40);
  expect(await honestStatuses()).toEqual(all202);
});

it('The gateway rejects stalled bodies with 408 when they hold the memory', async () => {
  gateway.ticks.stop();
  const answers = Array.from({ length: 4 }, () =>
    exchange(gateway.url, headOf(999_999) + ' '.repeat(900_000), (answer) => answer.endsWith('}')),
  );
  await until(() => gateway.admission.bytes === 3_600_000);
  expect((await gateway.post(' '.repeat(500_000) + JSON.stringify(SEED_RECORD))).status).toBe(503);
  gateway.admission.giveUpSlowBodies();
  gateway.admission.giveUpSlowBodies();
  expect((await Promise.all(answers)).flatMap(statusesOf)).toEqual([408, 408, 408, 408]);
  expect((await gateway.post(' '.repeat(500_000) + JSON.stringify(SEED_RECORD))).status).toBe(202);
});
