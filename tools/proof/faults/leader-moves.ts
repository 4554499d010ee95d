import type { Fault } from '../fault.js';
import type { Service } from '../proof-stack.js';
import { acknowledged } from '../observed-load.js';
import { addEvidence, countingLog, countingTroubles, gatewayIsReady, lasting, randomMoment } from './scene.js';

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

/** Longer than the session of a broker, after which its partitions get other leaders. */
const FROZEN_SECONDS = 20;

export const leaderFrozen: Fault = {
  name: 'leader-frozen',
  title: 'Three brokers, three copies, two needed: one frozen for 20 s under load',
  withNaive: true,
  async inject(scene) {
    const { system, ledger } = scene;
    const troubles = countingTroubles(scene);
    await randomMoment(scene);
    await system.freeze('kafka-2');
    await lasting(FROZEN_SECONDS);
    await system.thaw('kafka-2');
    await acknowledged(ledger, 200);
    addEvidence(scene, 'brokers frozen', 1);
    troubles();
  },
};

export const tooFewInSync: Fault = {
  name: 'too-few-in-sync',
  title: 'Three brokers, three copies, two needed: two stopped for 20 s under load',
  withNaive: true,
  async inject(scene) {
    const { system, ledger } = scene;
    const troubles = countingTroubles(scene);
    const noticed = countingLog(scene, 'gateway', 'gateway says: not confirmed', /does not acknowledge/);
    await randomMoment(scene);
    await system.each(['stop'], 'kafka-2', 'kafka-3');
    await lasting(FROZEN_SECONDS);
    await system.start('kafka-2');
    await system.start('kafka-3');
    await gatewayIsReady(scene);
    await acknowledged(ledger, 200);
    troubles();
    await noticed();
  },
};
