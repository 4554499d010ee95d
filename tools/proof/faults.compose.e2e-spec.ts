import { afterAll, describe, expect, it } from '@jest/globals';
import { check } from '../load/ledger/check.js';
import { Generator } from '../load/ledger/generator.js';
import { Ledger } from '../load/ledger/ledger.js';
import { Random, seedOfRun } from '../load/ledger/random.js';
import { storedCopiesOf, untilDrained } from '../load/ledger/stored-copies.js';
import { freeze, HttpClient, Stack } from '@sluice/test-kit';
import { docker } from '../load/docker.js';
import { VisibilitySampler } from './visibility-sampler.js';
import { acknowledged, troublesOf } from './observed-load.js';

const stack = new Stack();
const seed = seedOfRun();
const prefix = `faults-${seed.toString(36)}`;
const ledger = new Ledger();
const generator = new Generator(() => stack.baseUrl, ledger, { seed, prefix, devices: 8, maxPauseMs: 200 });
const sampler = new VisibilitySampler(stack.baseUrl, ledger, new Random(seed));

async function idOf(service: string): Promise<string> {
  const [container] = await stack.containers(service);
  return container!.id;
}

afterAll(async () => {
  await Promise.all([generator.stop(), sampler.stop()]);
});

/** One ledger over all of it: each fault begins when the one before it is over and records are acknowledged again. */
describe(`The full stack under load (seed ${seed})`, () => {
  it.each(['gateway', 'query', 'buffer-worker', 'kafka'])(
    'The full stack under load accepts records again after kill -9 of %s',
    async (service) => {
      await acknowledged(ledger, 100);
      const id = await idOf(service);
      await docker(['kill', '--signal', 'KILL', id]);
      await docker(['start', id]);
      await acknowledged(ledger, 100);
    },
  );

  it('The full stack under load accepts records while the store is frozen, and stores them afterwards', async () => {
    const id = await idOf('mongo');
    await freeze(id);
    await acknowledged(ledger, 200);
    await docker(['unpause', id]);
  });

  it('The full stack under load has lost, doubled, changed and reordered no acknowledged record', async () => {
    await Promise.all([generator.stop(), sampler.stop()]);
    const client = new HttpClient(stack.baseUrl);
    await untilDrained(client);
    const findings = check(ledger, await storedCopiesOf(client, generator.deviceIds), []);
    const nothing = { lost: [], doubled: [], phantoms: [], changed: [], reordered: [], invisible: [] };
    expect({ seed, ...findings, invisible: sampler.invisible }).toEqual({ seed, ...nothing });
    expect(generator.troubles).toBeGreaterThan(0);
    expect(troublesOf(generator)).toEqual([]);
  });
});
