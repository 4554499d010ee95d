import { expect, it } from '@jest/globals';
import { Counter, Registry } from 'prom-client';
import { FakeClock } from '@sluice/test-kit';
import { Exposition } from './exposition.js';

const COUNTS = { name: 'records_total', help: 'x' };

it('The text of a registry is made once a second at most', async () => {
  const [registry, clock] = [new Registry(), new FakeClock()];
  const records = new Counter({ ...COUNTS, registers: [registry] });
  const exposition = new Exposition(registry, clock);
  const first = await exposition.text();
  records.inc();
  expect(await exposition.text()).toBe(first);
  clock.advance(1_000);
  expect(String(await exposition.text())).toContain('records_total 1');
});

it('The text of several processes is not kept by one of them: counts that were shown never fall', async () => {
  let count = 0;
  const exposition = new Exposition(new Registry(), new FakeClock(), async () => `records_total ${++count}`);
  expect(String(await exposition.text())).toBe('records_total 1');
  expect(String(await exposition.text())).toBe('records_total 2');
});
