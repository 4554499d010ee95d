import { setTimeout as delay } from 'node:timers/promises';
import { decodeReceipt } from '@sluice/contracts';
import { isReady, until } from '@sluice/test-kit';
import type { FaultScene } from '../fault.js';
import type { Service } from '../proof-stack.js';

/** A broker that was killed has to wait for its own old session; a JVM on a busy machine is slow to start. */
export const LONG = { tries: 1800 };
/** Most records that are looked up one by one. */
const LOOKED_UP = 300;

/** How long a fault lasts is its parameter, not a wait for something. */
export function lasting(seconds: number): Promise<void> {
  return delay(seconds * 1000);
}

/** A moment that only the seed knows. */
export function randomMoment({ random }: FaultScene): Promise<void> {
  return delay(random.between(0, 1500));
}

export async function gatewayIsReady({ system }: FaultScene): Promise<void> {
  await until('the gateway is ready', () => isReady(system.baseUrl), LONG);
}

/** Adds to a count of the evidence. */
export function addEvidence({ evidence }: FaultScene, what: string, count: number): void {
  evidence[what] = (evidence[what] ?? 0) + count;
}

/** Notes how often a service's log says so from now until the returned function is called. */
export function countingLog(scene: FaultScene, service: Service, what: string, pattern: RegExp): () => Promise<void> {
  const since = new Date();
  return async () => addEvidence(scene, what, await scene.system.logLines(service, pattern, since));
}

/** Notes how often requests were not acknowledged at once, from now until the returned function is called. */
export function countingTroubles(scene: FaultScene): () => void {
  const before = scene.generator.troubles;
  return () => addEvidence(scene, 'requests repeated', scene.generator.troubles - before);
}

/** Rebalances of the worker's group, as the broker logs them. */
export function countingRebalances(scene: FaultScene): () => Promise<void> {
  return countingLog(scene, 'kafka', 'rebalances', /Preparing to rebalance group sluice-store /);
}

export function countingPauses(scene: FaultScene): () => Promise<void> {
  return countingLog(scene, 'buffer-worker', 'pauses of the worker', /storing is paused/);
}

/** Acknowledged records that are stored although the committed position lies before them: they will be delivered again. */
export async function storedAndNotCommitted({ system, ledger }: FaultScene): Promise<number> {
  const committed = new Map((await system.positions()).map((position) => [position.partition, position.committed]));
  const open = ledger.ackedInOrder.filter(({ receipt }) => {
    const place = receipt === undefined ? undefined : decodeReceipt(receipt);
    return place !== undefined && place.offset >= (committed.get(place.partition) ?? 0);
  });
  const looked = open.slice(0, LOOKED_UP);
  const found = await Promise.all(looked.map(({ deviceId, recordId }) => system.store.reader.find(deviceId, recordId)));
  return found.filter((record) => record !== undefined).length;
}
