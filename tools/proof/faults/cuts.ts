import { until } from '@sluice/test-kit';
import type { Fault, FaultScene } from '../fault.js';
import type { LinkName } from '../links.js';
import { acknowledged } from '../observed-load.js';
import {
  countingPauses,
  countingRebalances,
  countingTroubles,
  addEvidence,
  gatewayIsReady,
  lasting,
  LONG,
} from './scene.js';

type Counting = (scene: FaultScene) => () => Promise<void> | void;

/** First the cable is pulled, then every connection is refused. */
function cut(link: LinkName, between: string, counting: Counting, shows?: string): Fault {
  return {
    name: `cut-${link}`,
    title: `Network between ${between}: silent for 35 s, then cut for 10 s`,
    ...(shows === undefined ? {} : { shows }),
    withNaive: link !== 'gateway-query',
    async inject(scene) {
      const { system, ledger } = scene;
      const count = counting(scene);
      const cutLinks = [link, ...(link.startsWith('worker') ? [naiveLinkOf(link)] : [])];
      for (const one of cutLinks) await system.links.set(one, { mode: 'silent' });
      await lasting(35);
      for (const one of cutLinks) await system.links.set(one, { mode: 'cut' });
      await lasting(10);
      for (const one of cutLinks) await system.links.set(one, { mode: 'open' });
      await gatewayIsReady(scene);
      await acknowledged(ledger, 200);
      await system.untilDrainedOnce();
      await count();
    },
  };
}

function naiveLinkOf(link: LinkName): LinkName {
  return link === 'worker-kafka' ? 'naive-kafka' : 'naive-store';
}

export const cutWorkerKafka = cut('worker-kafka', 'worker and Kafka', countingRebalances);
export const cutWorkerStore = cut('worker-store', 'worker and store', countingPauses, 'paused: store_unreachable');
export const cutGatewayKafka = cut('gateway-kafka', 'gateway and Kafka', countingTroubles);
export const cutGatewayQuery = cut('gateway-query', 'gateway and query', (scene) => {
  const refused = until(
    'a read is refused',
    async () => (await scene.system.client.get('/records?limit=1')).status === 503 || undefined,
    LONG,
  );
  return async () => addEvidence(scene, 'reads refused', (await refused) ? 1 : 0);
});
