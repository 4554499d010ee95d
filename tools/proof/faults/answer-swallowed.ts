import type { PartitionPosition } from '@sluice/event-log';
import { until } from '@sluice/test-kit';
import type { Fault } from '../fault.js';
import { acknowledged } from '../observed-load.js';
import { countingTroubles, addEvidence, LONG } from './scene.js';

const ANSWERS = 5;

export const answerSwallowed: Fault = {
  name: 'answer-swallowed',
  title: 'The answer to a produce lost after the broker appended: devices repeat with the same key',
  withNaive: true,
  load: { repeatShare: 0 },
  async inject(scene) {
    const { system, ledger } = scene;
    const troubles = countingTroubles(scene);
    await system.links.set('gateway-kafka', { mode: 'swallow', api: 'Produce' });
    const isLost = async (): Promise<true | undefined> =>
      (await system.links.counts('gateway-kafka')).swallowed >= ANSWERS || undefined;
    await until(`${ANSWERS} answers are lost`, isLost, LONG);
    const { swallowed } = await system.links.counts('gateway-kafka');
    await system.links.set('gateway-kafka', { mode: 'open' });
    addEvidence(scene, 'answers lost', swallowed);
    await acknowledged(ledger, 200);
    troubles();
  },
  async verify(scene) {
    const appended = appendedSince(scene.begun, await scene.system.positions());
    addEvidence(scene, 'appended more than once', appended - scene.ledger.entries.length);
    return [];
  },
};

function appendedSince(before: readonly PartitionPosition[], now: readonly PartitionPosition[]): number {
  return highSum(now) - highSum(before);
}

function highSum(positions: readonly PartitionPosition[]): number {
  return positions.reduce((sum, { high }) => sum + high, 0);
}
