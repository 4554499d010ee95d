import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { check, summary } from './ledger/check.js';
import { Generator } from './ledger/generator.js';
import { Ledger } from './ledger/ledger.js';
import { Random, seedOfRun } from './ledger/random.js';
import { storedCopies, untilDrained } from './ledger/store-dump.js';
import { HttpClient } from './support/http-client.js';
import { Standalone } from './support/standalone.js';
import { until } from './support/until.js';

const KILLS = 6;
const LONGEST_LIFE_MS = 1500;

describe('kill -9 of the whole pipeline under load', () => {
  it(`loses, doubles and changes nothing that was acknowledged, over ${KILLS} kills at different moments`, async () => {
    const seed = seedOfRun();
    const random = new Random(seed);
    const system = await Standalone.start({ LOG_LEVEL: 'warn' });
    const ledger = new Ledger();
    const generator = new Generator(() => system.baseUrl, ledger, { seed, devices: 16, prefix: 'kill' });
    const ackedAtKills: number[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const before = ledger.acked;
      await until('records are acknowledged', () => ledger.acked > before + 50 || undefined);
      // The moment of the kill is the fault's parameter, not a wait for something.
      await delay(random.between(0, LONGEST_LIFE_MS));
      ackedAtKills.push(ledger.acked);
      await system.end('SIGKILL');
      await system.start();
    }
    await generator.stop();
    const client = new HttpClient(system.baseUrl);
    await untilDrained(client);
    const stored = await storedCopies(client, 'kill-');
    await system.dispose();

    const findings = check(ledger, stored, []);
    console.info(
      `seed ${seed}, acked at each kill ${ackedAtKills.join(' ')}: ${summary(ledger, stored, [], findings)}`,
    );
    expect({ seed, ...findings }).toEqual({ seed, lost: [], doubled: [], phantoms: [], changed: [], reordered: [] });
    expect(generator.troubles).toBeGreaterThan(0);
    expect(generator.withoutRetryAfter).toBe(0);
  }, 180_000);
});
