import { tmpdir } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { measureDisks } from './disk-metrics.js';

async function scraped(urls: Record<string, string>): Promise<[string, number][]> {
  const registry = new Registry();
  measureDisks(registry, urls);
  const lines = (await registry.metrics()).split('\n').filter((line) => line.startsWith('sluice_disk_'));
  return lines.map((line) => [line.split(' ')[0]!, Number(line.split(' ')[1])]);
}

describe('The disk of an embedded engine', () => {
  it('The disk of an embedded engine is shown with its size and its free space', async () => {
    const [free, size, ...more] = await scraped({ event_log: `file:${tmpdir()}` });
    expect([free![0], size![0]]).toEqual([
      'sluice_disk_free_bytes{engine="event_log"}',
      'sluice_disk_size_bytes{engine="event_log"}',
    ]);
    expect(free![1]).toBeGreaterThan(0);
    expect(size![1]).toBeGreaterThan(free![1]);
    expect(more).toEqual([]);
  });

  it('The disk of an embedded engine is left out while its folder cannot be read', async () => {
    expect(await scraped({ event_log: 'file:/nowhere/at/all' })).toEqual([]);
  });

  it('The disk of an embedded engine is not measured for an engine with its own server', async () => {
    expect(await scraped({ event_log: 'kafka://kafka:9092', record_store: 'mongodb://mongo:27017/sluice' })).toEqual(
      [],
    );
  });
});
