import type { Fault } from '../fault.js';
import type { Service } from '../proof-stack.js';
import { acknowledged } from '../observed-load.js';
import { countingTroubles, addEvidence, lasting, randomMoment } from './scene.js';

const BROKERS: readonly Service[] = ['kafka', 'kafka-2', 'kafka-3'];
/** Until the copies of a broker that was killed have caught up: two brokers that are behind would be too many. */
const CATCH_UP_SECONDS = 30;

export const leaderMoves: Fault = {
  name: 'leader-moves',
  title: 'Three brokers, three copies, two needed: each broker in turn killed under load and restarted',
  withNaive: true,
  async inject(scene) {
    const { system, ledger } = scene;
    const troubles = countingTroubles(scene);
    for (const broker of BROKERS) {
      await randomMoment(scene);
      await system.kill(broker);
      await acknowledged(ledger, 200);
      await system.start(broker);
      await lasting(CATCH_UP_SECONDS);
      addEvidence(scene, 'brokers killed', 1);
    }
    troubles();
  },
};
