import type { Fault } from '../fault.js';
import { acknowledged } from '../observed-load.js';
import { addEvidence, gatewayIsReady } from './scene.js';

const HOUR_MS = 3_600_000;

export const clockSetBack: Fault = {
  name: 'clock-set-back',
  title: "The gateway's clock an hour slow, devices in 1970 and 9999",
  async inject(scene) {
    const { system, ledger } = scene;
    await system.recreate('gateway', { PROOF_GATEWAY_NODE_OPTIONS: '--import /proof/clock-set-back.mjs' });
    await gatewayIsReady(scene);
    const before = ledger.acked;
    await acknowledged(ledger, 500);
    const sample = ledger.ackedInOrder[before + 100]!;
    await system.untilDrainedOnce();
    const record = await system.store.reader.find(sample.deviceId, sample.recordId);
    const isSlow = record !== undefined && Date.parse(record.received_at) < Date.now() - HOUR_MS + 600_000;
    addEvidence(scene, 'records received an hour ago', isSlow ? 1 : 0);
    await system.recreate('gateway');
    await gatewayIsReady(scene);
  },
};
