// What traces cost: the whole pipeline with tracing off, and with 1 % of the requests traced, in one run.
import { LOAD_CORE } from '../load/program.js';
import { Server } from '../load/server.js';
import type { Row } from './result.js';
import {
  BATCHES,
  BATCHES_TITLE,
  type ClosedLoop,
  inNewProcesses,
  recordsPerCpuSecond,
  sideBySide,
  SINGLE,
  type Variant,
} from './side-by-side.js';

const SECONDS = 3;
/** The work is measured; on a busy machine, the gateway would refuse some of it. */
const NO_SHEDDING = { MAX_EVENT_LOOP_DELAY_MS: '0', MAX_PUBLISH_DELAY_MS: '0' };

export async function benchTracing(): Promise<Row[]> {
  const collector = await Server.start('tools/bench/servers/collector.ts', { core: LOAD_CORE, isUp: isListening });
  const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_TRACES_SAMPLER_ARG: '0.01' };
  const startAll = async () => [await start('off', {}), await start('1 % of requests', traced)];
  try {
    return await inNewProcesses(startAll, measure, { base: 'off', unit: 'records/CPU s' });
  } finally {
    await collector.stop();
  }
}

async function isListening(url: string): Promise<true | undefined> {
  return (await fetch(url)).ok || undefined;
}

async function start(name: string, env: Record<string, string>): Promise<Variant> {
  return { name, server: await Server.start('dist/apps/standalone/main.js', { env: { ...NO_SHEDDING, ...env } }) };
}

async function measure(variants: readonly Variant[]) {
  return {
    'single POST, traces': await sideBySide(variants, (one) => untilStored(one, SINGLE)),
    [`${BATCHES_TITLE}, traces`]: await sideBySide(variants, (one) => untilStored(one, BATCHES)),
  };
}

/** Includes the work of storing: what one variant leaves in its buffer would disturb the next measurement. */
function untilStored(variant: Variant, loop: Omit<ClosedLoop, 'seconds'>): Promise<number> {
  return recordsPerCpuSecond(variant, { ...loop, seconds: SECONDS }, () => variant.server.untilDrained());
}
