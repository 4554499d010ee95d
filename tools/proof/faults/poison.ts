import { isDeepStrictEqual } from 'node:util';
import { encodeEvent, EVENT_HEADERS, type IngestEvent } from '@sluice/contracts';
import type { DeadCopy } from '../../load/ledger/check.js';
import { until } from '@sluice/test-kit';
import type { DeadLetter } from '../dead-letters.js';
import type { Fault, FaultScene } from '../fault.js';
import { acknowledged } from '../observed-load.js';
import { poison, publishPast, publishPoison } from './poison-records.js';
import { countingPauses, addEvidence, LONG } from './scene.js';

const TIMESTAMP = '2025-09-09T17:00:00Z';

const event = (deviceId: string, payload: object): IngestEvent =>
  ({
    record_id: 'poison',
    device_id: deviceId,
    timestamp: TIMESTAMP,
    received_at: '2025-09-09T17:00:00.000Z',
    data_payload: payload,
  }) as IngestEvent;

/** By the reason that each must be dead-lettered with. */
export function poisonByReason(prefix: string) {
  const bytes = (value: object): Buffer => Buffer.from(JSON.stringify(value));
  const good = encodeEvent(event(`${prefix}-version`, {}));
  return [
    ['undecodable', poison(`${prefix}-a`, Buffer.from([0xc3, 0x28]))],
    ['undecodable', poison(`${prefix}-b`, Buffer.from('{"device_id":'))],
    ['unknown-schema-version', poison(`${prefix}-c`, good, { ...EVENT_HEADERS, 'schema-version': '99' })],
    ['invalid-event', poison(`${prefix}-d`, bytes(event('no such device*', {})))],
    ['invalid-event', poison(`${prefix}-e`, bytes(event(`${prefix}-e`, { 'a\0b': 'BSON has no name for this' })))],
  ] as const;
}

export const poisonRecords: Fault = {
  name: 'poison',
  title: 'Poison among good records: undecodable, unknown version, a shape that no store takes, a key conflict',
  withNaive: true,
  async inject(scene) {
    const { system, prefix, ledger } = scene;
    await publishPast(
      system,
      poisonByReason(prefix).map(([, entry]) => entry),
    );
    await conflict(scene);
    await system.client.post('/ingest', { ...lookalikeOf(prefix), timestamp: TIMESTAMP });
    await acknowledged(ledger, 300);
  },
  async verify(scene, dead) {
    const letters = dead as readonly (DeadCopy & DeadLetter)[];
    addEvidence(scene, 'dead letters', letters.length);
    const { device_id: deviceId, record_id: recordId, data_payload: payload } = lookalikeOf(scene.prefix);
    const lookalike = await scene.system.store.reader.find(deviceId, recordId);
    const missing = poisonByReason(scene.prefix).filter(
      ([reason, { value }]) => !letters.some((letter) => letter.reason === reason && value!.equals(letter.value!)),
    );
    const isConflictKept = letters.some(({ reason }) => reason === 'key-conflict');
    return [
      ...missing.map(([reason]) => `no dead letter with the original bytes for a record that is ${reason}`),
      ...(isConflictKept ? [] : ['the second payload of one key was not dead-lettered']),
      ...(isDeepStrictEqual(lookalike?.data_payload, payload) ? [] : ['what only looks like poison was not stored']),
    ];
  },
};

/** The driver takes this key for a mark of its own types, and a batch with it cannot be encoded; the record is good. */
function lookalikeOf(prefix: string) {
  return { device_id: `${prefix}-lookalike`, record_id: 'k', data_payload: { inner: { _bsontype: 'ObjectId' } } };
}

/** Two payloads with one key, both acknowledged: the first is stored, the second is dead-lettered. */
async function conflict({ system, prefix }: FaultScene): Promise<void> {
  for (const number of [1, 2]) {
    const report = { device_id: `${prefix}-conflict`, record_id: 'k', timestamp: TIMESTAMP };
    await system.client.post('/ingest', { ...report, data_payload: { number } });
  }
}

const FLOODS = 2;
const FLOOD = 1500;

export const poisonFlood: Fault = {
  name: 'poison-flood',
  title: 'Two floods of poison, as after bad deploys: each pauses the worker loudly, and SIGUSR2 resumes it',
  load: { devices: 4 },
  shows: 'paused: poison_flood',
  withNaive: true,
  async inject(scene) {
    const { system, ledger } = scene;
    const pauses = countingPauses(scene);
    for (let flood = 0; flood < FLOODS; flood++) {
      await publishPoison(system, `${scene.prefix}-${flood}`, FLOOD);
      await until('the buffer says why it is paused', () => saysFlood(scene), LONG);
      addEvidence(scene, 'times that the buffer said poison_flood', 1);
      await system.each(['kill', '--signal', 'USR2'], 'buffer-worker');
      await system.untilDrainedOnce();
      await acknowledged(ledger, 100);
      await system.untilDrainedOnce();
    }
    await pauses();
  },
  verify({ evidence }, dead) {
    const distinct = new Set((dead as readonly (DeadCopy & DeadLetter)[]).map(({ origin }) => origin)).size;
    const stops = evidence['pauses of the worker'] ?? 0;
    return [
      ...(distinct === FLOODS * FLOOD
        ? []
        : [`${FLOODS * FLOOD} poison records, and ${distinct} of them dead-lettered`]),
      ...(stops >= FLOODS ? [] : [`${FLOODS} floods, and ${stops} of them stopped the worker`]),
    ];
  },
};

async function saysFlood({ system }: FaultScene): Promise<true | undefined> {
  return (await system.client.get('/check-buffer?limit=1')).body.reason === 'poison_flood' || undefined;
}
