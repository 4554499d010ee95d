import { setTimeout as delay } from 'node:timers/promises';
import { until } from '@sluice/test-kit';
import { bodyShapes, honestBatch, type BodyShape } from '../body-shapes.js';
import { median } from '../../load/figures.js';
import { startGateway } from '../gateway.js';
import type { Server } from '../../load/server.js';
import { lineOf } from '../report.js';
import type { Finding, Proof, ProofOptions } from '../proof.js';

const BODY_BYTES = 14_000_000;
/** As a body arrives it must have this room; it is sent without compression. */
const SETTINGS = { MAX_BODY_BYTES: '16777216' };
const WARM_UP_BYTES = 400_000;
const WARM_UPS = 10;
const SETTLED_SECONDS = 0.01;
const LOOK_EVERY_MS = 200;

const MAX_CPU_RATIO = 2;
const MAX_EXTRA_MIB = 64;

interface Cost {
  status: number;
  cpuSeconds: number;
  /** Of the peak above the memory before it. */
  growthMiB: number;
}

/** What each body costs in a new process, against the honest batch of the same length. */
export const shapes: Proof = {
  name: 'shapes',
  async run(options) {
    const honest = await costOf(honestBatch, options);
    const findings = [findingOf(honestBatch, honest, honest)];
    console.error(lineOf(findings[0]!));
    for (const shape of bodyShapes.filter((s) => new RegExp(process.env['SHAPES'] ?? '').test(s.name))) {
      const finding = findingOf(
        shape,
        await costOf(shape, options).catch((error) => ({
          status: String(error.cause ?? error).slice(0, 60) as unknown as number,
          cpuSeconds: NaN,
          growthMiB: NaN,
        })),
        honest,
      );
      findings.push(finding);
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
    const middle = (of: (cost: Cost) => number) => median(costs.map(of));
    return {
      status: costs[0]!.status,
      cpuSeconds: middle((c) => c.cpuSeconds),
      growthMiB: Math.max(...costs.map((c) => c.growthMiB)),
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

/** Until everything is stored and the process does nothing. */
async function settle(gateway: Server): Promise<void> {
  await until(
    'everything is stored',
    async () => {
      const answer = (await (await fetch(`${gateway.url}/check-buffer?limit=1`)).json()) as { waiting: number };
      const before = gateway.program.cpuSeconds;
      await delay(LOOK_EVERY_MS);
      return answer.waiting === 0 && gateway.program.cpuSeconds - before <= SETTLED_SECONDS ? true : undefined;
    },
    { tries: 600 },
  );
}

function findingOf({ name }: BodyShape, cost: Cost, honest: Cost): Finding {
  const ratio = cost.cpuSeconds / honest.cpuSeconds;
  return {
    name,
    what: String(cost.status),
    figure: `CPU ${cost.cpuSeconds.toFixed(2)} s: ${ratio.toFixed(2)}; memory ${cost.growthMiB.toFixed(0)} MiB: ${(cost.growthMiB / honest.growthMiB).toFixed(2)}`,
    bound: `at most ${MAX_CPU_RATIO}, honest + ${MAX_EXTRA_MIB} MiB`,
    holds: ratio <= MAX_CPU_RATIO && cost.growthMiB <= honest.growthMiB + MAX_EXTRA_MIB,
  };
}
