import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { output, until } from '@sluice/test-kit';
import { check } from '../../tools/load/ledger/check.js';
import { Generator } from '../../tools/load/ledger/generator.js';
import { Ledger } from '../../tools/load/ledger/ledger.js';
import { storedCopiesOf, untilDrained } from '../../tools/load/ledger/stored-copies.js';
import { ProxiedStack } from './proxied-stack.js';

const STARTING_LIMIT_MS = 300_000;
const NOTHING = { lost: [], doubled: [], phantoms: [], changed: [], reordered: [] };

let stack: ProxiedStack;
const ledger = new Ledger();
let generator: Generator;

beforeAll(async () => {
  stack = await ProxiedStack.start('sluice-test-proxy', 3);
  const load = { seed: 7, devices: 12, prefix: 'dev-proxy', maxBatch: 5, maxPauseMs: 20 };
  generator = new Generator(() => stack.client.baseUrl, ledger, load);
}, STARTING_LIMIT_MS);

afterAll(async () => {
  await generator?.stop();
  await stack?.dispose();
}, STARTING_LIMIT_MS);

/** Resolves when so many more records have been acknowledged. */
async function untilAcknowledged(more: number): Promise<void> {
  const wanted = ledger.acked + more;
  await until(`${more} more records are acknowledged`, () => ledger.acked >= wanted || undefined);
}

describe('Three gateways behind one port', () => {
  it('Three gateways behind one port share the load', async () => {
    const gateways = await stack.gateways();
    expect(gateways).toHaveLength(3);
    await until('each gateway has accepted records', async () => {
      const accepted = await Promise.all(gateways.map((gateway) => stack.acceptedBy(gateway)));
      return accepted.every((records) => records > 0) || undefined;
    });
  });

  it('Three gateways behind one port fail no request while one of them is restarted', async () => {
    const [gateway] = await stack.gateways();
    await untilAcknowledged(50);
    const before = generator.troubles;
    await output('docker', 'stop', '--time', '20', gateway!);
    await untilAcknowledged(100);
    expect(generator.troubles - before).toBe(0);
    await output('docker', 'start', gateway!);
    await until('it takes records again', async () => (await stack.acceptedBy(gateway!)) > 0 || undefined, {
      tries: 1200,
    });
  });

  it('Three gateways behind one port lose no acknowledged record when one of them is killed', async () => {
    const [, gateway] = await stack.gateways();
    await untilAcknowledged(50);
    await output('docker', 'kill', gateway!);
    await untilAcknowledged(200);
    await generator.stop();
    await untilDrained(stack.client);
    expect(check(ledger, await storedCopiesOf(stack.client, generator.deviceIds), [])).toEqual(NOTHING);
  });
});
