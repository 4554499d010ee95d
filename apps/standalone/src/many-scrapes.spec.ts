import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { Clock } from '@sluice/async';
import { StandaloneUnderTest } from './testing/standalone-under-test.js';

const SCRAPES = 100;
const RECORD = { device_id: 'dev-2', timestamp: '2025-09-09T17:00:00Z', data_payload: { sample_quality: 0.98 } };

let standalone: StandaloneUnderTest;
beforeEach(async () => {
  standalone = await StandaloneUnderTest.start();
});
afterEach(() => standalone.stop());

async function scrape(): Promise<number> {
  const response = await fetch(`${standalone.url}/metrics`, { headers: { connection: 'close' } });
  await response.text();
  return response.status;
}

async function send(): Promise<number> {
  const headers = { 'content-type': 'application/json', connection: 'close' };
  const response = await fetch(`${standalone.url}/ingest`, { method: 'POST', headers, body: JSON.stringify(RECORD) });
  await response.text();
  return response.status;
}

/** Holds the text of the registry until it is released, and counts how often it is created. */
function holdExposition(): { made: () => number; release: () => void } {
  const registry = standalone.app.get(Registry);
  const make = registry.metrics.bind(registry);
  const held = Promise.withResolvers<void>();
  let made = 0;
  registry.metrics = async () => {
    made++;
    await held.promise;
    return make();
  };
  return { made: () => made, release: held.resolve };
}

it('Records are accepted while many scrapes wait for a metric that hangs, and all of them get one text', async () => {
  standalone.app.get(Clock).now = () => Date.parse('2025-09-09T17:00:00Z');
  const exposition = holdExposition();
  const scrapes = Promise.all(Array.from({ length: SCRAPES }, scrape));
  expect(await Promise.all(Array.from({ length: 20 }, send))).toEqual(new Array(20).fill(202));
  exposition.release();
  expect(new Set(await scrapes)).toEqual(new Set([200]));
  expect(exposition.made()).toBe(1);
});
