import type { Fault, FaultScene } from '../fault.js';
import { acknowledged } from '../observed-load.js';
import type { Service } from '../proof-stack.js';
import { until } from '@sluice/test-kit';
import { countingRebalances, countingTroubles, addEvidence, gatewayIsReady, LONG, randomMoment } from './scene.js';

const BETWEEN_KILLS = 150;

async function killAtRandomMoments(scene: FaultScene, service: Service, times: number): Promise<void> {
  for (let kill = 0; kill < times; kill++) {
    await acknowledged(scene.ledger, BETWEEN_KILLS);
    await randomMoment(scene);
    await scene.system.kill(service);
    await scene.system.start(service);
    await gatewayIsReady(scene);
  }
  addEvidence(scene, 'kills', times);
}

export const gatewayKilled: Fault = {
  name: 'gateway-killed',
  title: 'Gateway: kill -9, four times at random moments, under single and batch posts',
  withNaive: true,
  async inject(scene) {
    const troubles = countingTroubles(scene);
    await killAtRandomMoments(scene, 'gateway', 4);
    troubles();
  },
};

export const workerKilled: Fault = {
  name: 'worker-killed',
  title: 'Worker: kill -9, twice at random moments',
  withNaive: true,
  async inject(scene) {
    const rebalances = countingRebalances(scene);
    for (let kill = 0; kill < 2; kill++) {
      await acknowledged(scene.ledger, BETWEEN_KILLS);
      await randomMoment(scene);
      await scene.system.kill('buffer-worker', 'naive');
      await scene.system.start('buffer-worker', 'naive');
      await acknowledged(scene.ledger, BETWEEN_KILLS);
      await workerHasPartitions(scene);
    }
    await rebalances();
  },
};

/** The group gives the partitions of a killed member away when its session has run out. */
async function workerHasPartitions({ system, ledger }: FaultScene): Promise<void> {
  const { deviceId, recordId } = ledger.ackedInOrder.at(-1)!;
  await until(
    'what came after the kill is stored',
    async () => ((await system.store.reader.find(deviceId, recordId)) ? true : undefined),
    LONG,
  );
}

export const queryKilled: Fault = {
  name: 'query-killed',
  title: 'Query: kill -9, three times; all reads recover',
  async inject(scene) {
    for (let kill = 0; kill < 3; kill++) {
      await acknowledged(scene.ledger, BETWEEN_KILLS);
      await randomMoment(scene);
      await scene.system.kill('query');
      addEvidence(scene, 'reads refused', await refusedReads(scene));
      await scene.system.start('query');
      await until('all reads answer', () => readsAnswer(scene), LONG);
    }
  },
};

async function statuses({ system, ledger }: FaultScene): Promise<number[]> {
  const { deviceId, recordId } = ledger.ackedInOrder[0]!;
  const paths = ['/check-buffer', '/records?limit=1', `/records/${deviceId}/${recordId}`];
  const answers = await Promise.all(paths.map((path) => system.client.get(path)));
  return answers.map(({ status }) => status);
}

async function refusedReads(scene: FaultScene): Promise<number> {
  return (await statuses(scene)).filter((status) => status === 503).length;
}

async function readsAnswer(scene: FaultScene): Promise<true | undefined> {
  return (await statuses(scene)).every((status) => status === 200) || undefined;
}
