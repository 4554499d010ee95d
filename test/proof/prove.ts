import { check } from '../ledger/check.js';
import { Generator, type GeneratorOptions } from '../ledger/generator.js';
import { Ledger } from '../ledger/ledger.js';
import { Random } from '../ledger/random.js';
import { storedCopiesOf } from '../ledger/store-dump.js';
import { until } from '../support/until.js';
import { deadLettersSince } from './dead-letters.js';
import type { Fault, FaultResult, FaultScene } from './fault.js';
import { NaiveConsumer } from './naive.js';
import { NeitherSampler } from './neither-sampler.js';
import type { ProofStack, Service } from './proof-stack.js';
import { StateWatch } from './state-watch.js';

/** A few hundred records a second: enough to have something under way at every moment. */
const LOAD = { devices: 12, maxBatch: 20, maxPauseMs: 300 };
const WARM_UP_RECORDS = 300;
/** Acknowledged after the fault: shows that records are taken again. */
const RECOVERED_RECORDS = 300;
/** A container that was killed comes up, a broker's session runs out. */
const PATIENCE = { tries: 1800 };

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
  const load = startLoad(system, { seed, prefix, ...LOAD, ...fault.load });
  const scene = { ...load, begun, random: new Random(seed ^ 0x5eed) };
  const sampler = new NeitherSampler(system.baseUrl, scene.ledger, new Random(seed));
  const watch = new StateWatch(system.baseUrl);
  try {
    await acknowledged(scene.ledger, WARM_UP_RECORDS);
    await fault.inject(scene);
    await acknowledged(scene.ledger, RECOVERED_RECORDS);
  } finally {
    await Promise.all([scene.generator.stop(), sampler.stop(), watch.stop()]);
  }
  await system.untilWell();
  const dead = await deadLettersSince(system, letters);
  const stored = await storedCopiesOf(system.client, scene.generator.deviceIds);
  const { ledger, generator, evidence } = scene;
  return {
    fault,
    profile: system.layout,
    seed,
    counts: { ...ledger.counts(), stored: stored.length, deadLettered: dead.length },
    findings: { ...check(ledger, stored, dead), neither: sampler.neither },
    sampled: sampler.sampled,
    evidence,
    notes: scene.notes,
    shown: watch.seen,
    troubles: [...troublesOf(generator), ...((await fault.verify?.(scene, dead)) ?? [])],
    ...(naive ? { naive: await naive.result(ledger) } : {}),
  };
}

type Load = Omit<FaultScene, 'random' | 'begun'>;

function startLoad(system: ProofStack, options: GeneratorOptions): Load {
  const ledger = new Ledger();
  const generator = new Generator(() => system.baseUrl, ledger, options);
  return { system, ledger, generator, prefix: options.prefix, evidence: {}, notes: [] };
}

/** Waits until so many more records are acknowledged. */
export async function acknowledged(ledger: Ledger, more: number): Promise<void> {
  const wanted = ledger.acked + more;
  await until(`${more} more records are acknowledged`, () => ledger.acked >= wanted || undefined, PATIENCE);
}

/** What no fault excuses. */
export function troublesOf({ withoutRetryAfter, unexpected }: Generator): string[] {
  const missing = withoutRetryAfter > 0 ? [`${withoutRetryAfter} answers 503 without Retry-After`] : [];
  return [...missing, ...new Set(unexpected.map((answer) => `a valid record was answered ${answer}`))];
}
