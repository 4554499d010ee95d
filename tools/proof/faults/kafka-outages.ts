import type { Fault, FaultScene } from '../fault.js';
import { countingLog, countingTroubles, gatewayIsReady, lasting, randomMoment } from './scene.js';

/** @param outage ends when the broker is running again */
function kafkaOutage(name: string, title: string, outage: (scene: FaultScene) => Promise<void>): Fault {
  return {
    name,
    title,
    shows: '503 log-unavailable',
    withNaive: true,
    async inject(scene) {
      const troubles = countingTroubles(scene);
      const noticed = countingLog(scene, 'gateway', 'gateway says: not confirmed', /does not acknowledge/);
      await randomMoment(scene);
      await outage(scene);
      await gatewayIsReady(scene);
      troubles();
      await noticed();
    },
  };
}

export const kafkaKilled = kafkaOutage('kafka-killed', 'Kafka: kill -9', async ({ system }) => {
  await system.kill('kafka');
  await system.start('kafka');
});

export const kafkaStopped = kafkaOutage('kafka-stopped', 'Kafka: stopped for 60 s', async ({ system }) => {
  await system.each(['stop'], 'kafka');
  await lasting(60);
  await system.start('kafka');
});

export const kafkaFrozen = kafkaOutage('kafka-frozen', 'Kafka: frozen for 40 s', async ({ system }) => {
  await system.freeze('kafka');
  await lasting(40);
  await system.thaw('kafka');
});
