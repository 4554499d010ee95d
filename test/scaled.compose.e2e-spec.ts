import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { seedOfRun } from '../tools/load/ledger/random.js';
import { gatewayKilled } from '../tools/fleet/scaled/gateway-killed.js';
import { overload } from '../tools/fleet/scaled/overload.js';
import { SHORT, type ScenarioResult } from '../tools/fleet/scaled/result.js';
import { ScaledStack } from '../tools/fleet/scaled/scaled-stack.js';

const seed = seedOfRun();
const STARTING_LIMIT_MS = 180_000;
const SCENARIO_LIMIT_MS = 600_000;

jest.setTimeout(SCENARIO_LIMIT_MS);

let stack: ScaledStack;

beforeAll(async () => {
  stack = await ScaledStack.start('sluice-test-scaled', process.env['SLUICE_IMAGE'] ?? 'sluice');
}, STARTING_LIMIT_MS);

afterAll(() => stack?.dispose(), STARTING_LIMIT_MS);

/** How fast it went is for `npm run fleet:scaled`; what went is for every run of the tests. */
const broken = ({ figures }: ScenarioResult) => figures.filter(({ holds, isPace }) => !holds && !isPace);

describe(`A fleet on three gateways (seed ${seed})`, () => {
  it('A fleet on three gateways moves to the others when a gateway is killed, and back, and loses no acknowledged record', async () => {
    expect(broken(await gatewayKilled(stack, SHORT, seed))).toEqual([]);
  });

  it('A fleet on three gateways backs off under eight times the load, and everything is stored in the end', async () => {
    expect(broken(await overload(stack, SHORT, seed))).toEqual([]);
  });
});
