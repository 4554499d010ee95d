import { until } from '@sluice/test-kit';
import type { Fault, FaultScene } from '../fault.js';
import { acknowledged } from '../observed-load.js';
import { countingPauses, lasting, LONG, randomMoment } from './scene.js';

/** @param outage ends when the store is running again */
function storeOutage(name: string, title: string, outage: (scene: FaultScene) => Promise<void>): Fault {
  return {
    name,
    title,
    shows: 'paused: store_unreachable',
    withNaive: true,
    async inject(scene) {
      const pauses = countingPauses(scene);
      await randomMoment(scene);
      await outage(scene);
      await acknowledged(scene.ledger, 100);
      await scene.system.untilDrainedOnce();
      await pauses();
    },
  };
}

export const storeKilled = storeOutage('store-killed', 'Store: kill -9, away for 10 s', async ({ system }) => {
  await system.kill('mongo');
  await lasting(10);
  await system.start('mongo');
});

export const storeStopped = storeOutage('store-stopped', 'Store: stopped for 60 s', async ({ system }) => {
  await system.each(['stop'], 'mongo');
  await lasting(60);
  await system.start('mongo');
});

export const storeFrozen = storeOutage('store-frozen', 'Store: frozen for 40 s', async ({ system }) => {
  await system.freeze('mongo');
  await lasting(40);
  await system.thaw('mongo');
});

/** The answer of a write that is in progress does not come, and no other write gets through. */
export const storeFrozenInWrite = storeOutage(
  'store-frozen-in-write',
  'Store: its answers lost in the middle of a bulk write, then frozen for 40 s',
  async ({ system }) => {
    for (const link of ['worker-store', 'naive-store'] as const) await system.links.set(link, { mode: 'unanswered' });
    for (const link of ['worker-store', 'naive-store'] as const) {
      await until('an answer is lost', async () => (await system.links.counts(link)).dropped > 0 || undefined, LONG);
    }
    await system.freeze('mongo');
    await lasting(40);
    await system.thaw('mongo');
    for (const link of ['worker-store', 'naive-store'] as const) await system.links.set(link, { mode: 'open' });
  },
);
