import { until } from '@sluice/test-kit';
import type { DeadCopy } from '../../load/ledger/check.js';
import type { DeadLetter } from '../dead-letters.js';
import type { Fault } from '../fault.js';
import { acknowledged } from '../observed-load.js';
import { publishPoison } from './poison-records.js';
import { countingRebalances, addEvidence, LONG, storedAndNotCommitted } from './scene.js';

const AFTER = 200;

export const workerKilledBeforeCommit: Fault = {
  name: 'worker-killed-before-commit',
  title: 'Worker: kill -9 between the write to the store and the commit',
  withNaive: true,
  async inject(scene) {
    const { system, ledger } = scene;
    const rebalances = countingRebalances(scene);
    for (const link of ['worker-kafka', 'naive-kafka'] as const) {
      await system.links.set(link, { mode: 'hold', api: 'OffsetCommit' });
    }
    for (const link of ['worker-kafka', 'naive-kafka'] as const) {
      await until('a commit is held', async () => (await system.links.counts(link)).held > 0 || undefined, LONG);
    }
    await system.kill('buffer-worker', 'naive');
    addEvidence(scene, 'stored and delivered again', await storedAndNotCommitted(scene));
    for (const link of ['worker-kafka', 'naive-kafka'] as const) await system.links.set(link, { mode: 'open' });
    await system.start('buffer-worker', 'naive');
    await acknowledged(ledger, AFTER);
    await system.untilDrainedOnce();
    await rebalances();
  },
};

export const workerKilledBehindDeadLetter: Fault = {
  name: 'worker-killed-behind-dead-letter',
  title: 'Worker: kill -9 between a dead letter and the commit',
  withNaive: true,
  async inject(scene) {
    const { system, ledger } = scene;
    await system.links.set('worker-kafka', { mode: 'hold', api: 'OffsetCommit', after: 'Produce' });
    await publishPoison(system, scene.prefix, 20);
    const isHeld = async (): Promise<true | undefined> =>
      (await system.links.counts('worker-kafka')).held > 0 || undefined;
    await until('the commit behind the dead letters is held', isHeld, LONG);
    await system.kill('buffer-worker', 'naive');
    await system.links.set('worker-kafka', { mode: 'open' });
    await system.start('buffer-worker', 'naive');
    await acknowledged(ledger, AFTER);
  },
  verify(scene, dead) {
    const origins = (dead as readonly (DeadCopy & DeadLetter)[]).map(({ origin }) => origin);
    addEvidence(scene, 'dead letters repeated', origins.length - new Set(origins).size);
    const distinct = new Set(origins).size;
    return distinct === 20 ? [] : [`20 poison records, and ${distinct} of them dead-lettered`];
  },
};
