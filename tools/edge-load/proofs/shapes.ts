import { setTimeout as delay } from 'node:timers/promises';
import { until } from '@sluice/test-kit';
import { bodyShapes, honestBatch, type BodyShape } from '../body-shapes.js';
import { median } from '../../load/figures.js';
import { startGateway } from '../gateway.js';
import type { Server } from '../../load/server.js';
import { lineOf } from '../report.js';
import type { Finding, Proof, ProofOptions } from '../proof.js';

const BODY_BYTES = 14_000_000;
/** The bodies are sent as they are: inflating them costs each the same. */
const SETTINGS = { MAX_BODY_BYTES: String(16 * 1024 * 1024) };
const WARM_UP_BYTES = 400_000;
const WARM_UPS = 10;
const IDLE_SECONDS = 0.01;
const SAMPLE_MS = 200;

const MAX_CPU_RATIO = 2;
const MAX_EXTRA_MIB = 64;

interface Cost {
  status: number;
  /** Of the whole process, until everything that was accepted is stored. */
  cpuSeconds: number;
  /** Of the peak above the memory before it. */
  growthMiB: number;
}

/** What each body costs, in a new process, against the honest batch of the same length. */
export const shapes: Proof = {
  name: 'shapes',
  block: 'shapes',
  async run(options) {
    const honest = await costOf(honestBatch, options);
    const findings: Finding[] = [findingOf(honestBatch, honest, honest)];
    for (const shape of bodyShapes) {
      const finding = findingOf(shape, await costOf(shape, options), honest);
      findings.push(finding);
      // It takes many minutes: a sign of life.
      console.error(lineOf(finding));
    }
    return findings;
  },
};

async function costOf(shape: BodyShape, { rounds }: ProofOptions): Promise<Cost> {
  const gateway = await startGateway(SETTINGS);
  try {
    for (let time = 0; time < WARM_UPS; time++) await send(gateway, honestBatch, honestBatch.make(WARM_UP_BYTES));
    await settle(gateway);
    const body = shape.make(BODY_BYTES);
    const costs: Cost[] = [];
    for (let round = 0; round < rounds; round++) costs.push(await measure(gateway, shape, body));
    return {
      status: costs[0]!.status,
      cpuSeconds: median(costs.map(({ cpuSeconds }) => cpuSeconds)),
      growthMiB: median(costs.map(({ growthMiB }) => growthMiB)),
    };
  } finally {
    await gateway.stop();
  }
}

async function measure(gateway: Server, shape: BodyShape, body: Buffer): Promise<Cost> {
  gateway.program.resetPeak();
  const [cpuBefore, memoryBefore] = [gateway.program.cpuSeconds, gateway.program.residentMiB];
  const status = await send(gateway, shape, body);
  await settle(gateway);
  return {
    status,
    cpuSeconds: gateway.program.cpuSeconds - cpuBefore,
    growthMiB: gateway.program.peakMiB - memoryBefore,
  };
}

async function send({ url }: Server, { mediaType }: BodyShape, body: Buffer): Promise<number> {
  const headers = { 'content-type': mediaType };
  const response = await fetch(`${url}/ingest`, { method: 'POST', headers, body: new Uint8Array(body) });
  await response.arrayBuffer();
  return response.status;
}

/** Resolves when everything is stored and the process is idle. */
async function settle(gateway: Server): Promise<void> {
  const isIdle = async (): Promise<true | undefined> => {
    const before = gateway.program.cpuSeconds;
    await delay(SAMPLE_MS);
    return gateway.program.cpuSeconds - before <= IDLE_SECONDS || undefined;
  };
  await gateway.untilDrained();
  await until('the process is idle', isIdle, { tries: 600 });
}

function findingOf({ name }: BodyShape, cost: Cost, honest: Cost): Finding {
  const cpu = cost.cpuSeconds / honest.cpuSeconds;
  const memory = cost.growthMiB / honest.growthMiB;
  return {
    name,
    what: String(cost.status),
    figure: `${cost.cpuSeconds.toFixed(2)} s: ${cpu.toFixed(2)}; ${Math.round(cost.growthMiB)} MiB: ${memory.toFixed(2)}`,
    bound: `at most ${MAX_CPU_RATIO}; ${Math.round(honest.growthMiB) + MAX_EXTRA_MIB} MiB`,
    holds: cpu <= MAX_CPU_RATIO && cost.growthMiB <= honest.growthMiB + MAX_EXTRA_MIB,
  };
}
