import { Random } from '../load/ledger/random.js';
import { deadLettersSince } from './dead-letters.js';
import type { Fault, FaultResult, FaultScene } from './fault.js';
import { NaiveConsumer } from './naive.js';
import { acknowledged, ObservedLoad } from './observed-load.js';
import type { ProofStack, Service } from './proof-stack.js';

/** A few hundred records a second: enough to have something in progress at every moment. */
const LOAD = { devices: 12, maxBatch: 20, largeShare: 0.05, maxPauseMs: 300 };
const WARM_UP_RECORDS = 300;
/** Acknowledged after the fault: shows that records are taken again. */
const RECOVERED_RECORDS = 300;

/** Runs one fault under load on the stack, and compares what is there after it with what was acknowledged. */
export async function prove(fault: Fault, system: ProofStack, seed: number): Promise<FaultResult> {
  for (const [service, count] of Object.entries(fault.scale ?? {})) await system.scale(service as Service, count);
  await system.untilWell();
  await system.emptyStore();
  try {
    return await proveWell(fault, system, seed);
  } finally {
    await system.mend();
    for (const service of Object.keys(fault.scale ?? {})) await system.scale(service as Service, 1);
    await system.each(['stop', '--time', '1'], 'naive');
  }
}

async function proveWell(fault: Fault, system: ProofStack, seed: number): Promise<FaultResult> {
  const prefix = `${fault.name}-${seed.toString(36)}`;
  const letters = await system.deadLetterPositions();
  const begun = await system.positions();
  const naive = fault.withNaive ? await NaiveConsumer.start(system, prefix.replaceAll('-', '_')) : undefined;
  const load = new ObservedLoad(system.baseUrl, { seed, prefix, ...LOAD, ...fault.load });
  const { ledger, generator } = load;
  const random = new Random(seed ^ 0x5eed);
  const scene: FaultScene = { system, ledger, generator, random, prefix, begun, evidence: {}, notes: [] };
  await underLoad(load, () => fault.inject(scene));
  await system.untilWell();
  const dead = await deadLettersSince(system, letters);
  const result = load.result(await system.storedCopies(generator.deviceIds), dead);
  const troubles = [
    ...result.troubles,
    ...unshown(fault, result.shown),
    ...((await fault.verify?.(scene, dead)) ?? []),
  ];
  const { evidence, notes } = scene;
  const said = { fault, profile: system.layout, evidence, notes, troubles };
  return { ...result, ...said, ...(naive ? { naive: await naive.result(ledger) } : {}) };
}

/** A reader of the buffer during the fault must have seen its reason. */
function unshown({ shows }: Fault, shown: readonly string[]): string[] {
  return shows === undefined || shown.includes(shows) ? [] : [`/check-buffer never said "${shows}"`];
}

/** Ends with the load, whether the fault could be made or not. */
async function underLoad(load: ObservedLoad, inject: () => Promise<void>): Promise<void> {
  try {
    await acknowledged(load.ledger, WARM_UP_RECORDS);
    await inject();
    await acknowledged(load.ledger, RECOVERED_RECORDS);
  } finally {
    await load.stop();
  }
}
