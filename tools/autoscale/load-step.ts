import { setTimeout as delay } from 'node:timers/promises';
import type { LagPoint, LagRun } from './chart.js';
import { desiredWorkers, type ScalingRule } from './desired-workers.js';
import { PARTITIONS, type ScaledStack } from './scaled-stack.js';

const RECORDS_OF_A_REQUEST = 500;
const REQUESTS_PER_SECOND = 6;
/** How long records come. */
const LOAD_SECONDS = 15;
/** A run ends when nothing is buffered, or after this time. */
const LIMIT_SECONDS = 180;
const SAMPLE_MS = 1_000;

export const RECORDS_PER_SECOND = RECORDS_OF_A_REQUEST * REQUESTS_PER_SECOND;

export interface StepOptions {
  name: string;
  cpus: number;
  /** A fixed number of workers, or the rule by which it changes. */
  workers: number | ScalingRule;
}

/** One step of load on an empty buffer: the lag at each second, until nothing is buffered. */
export async function runStep(stack: ScaledStack, { name, cpus, workers }: StepOptions): Promise<LagRun> {
  let current = typeof workers === 'number' ? workers : workers.minWorkers;
  await stack.scaleTo(current, cpus);
  await untilEmpty(stack);
  const startMs = performance.now();
  const seconds = (): number => (performance.now() - startMs) / 1000;
  const sending = send(stack, name, seconds);
  const points: LagPoint[] = [];
  while (seconds() < LIMIT_SECONDS) {
    const lag = await stack.lag();
    if (lag !== undefined) points.push({ seconds: seconds(), lag, workers: current });
    if (lag === 0 && seconds() > LOAD_SECONDS + 2) break;
    const wanted = typeof workers === 'number' ? current : desiredWorkers(lag ?? 0, workers);
    // Less only when nothing is buffered, as KEDA does after its cool-down: each change is a rebalance.
    if (wanted > current) await stack.scaleTo((current = wanted), cpus);
    await delay(SAMPLE_MS);
  }
  await sending;
  return { name, points };
}

async function send(stack: ScaledStack, name: string, seconds: () => number): Promise<void> {
  for (let request = 0; seconds() < LOAD_SECONDS; request++) {
    const ok = await stack.post(bodyOf(name, request));
    if (!ok) throw new Error('the gateway does not accept records');
    await delay(Math.max(0, (1000 * (request + 1)) / REQUESTS_PER_SECOND - 1000 * seconds()));
  }
}

function bodyOf(name: string, request: number): string {
  const records = Array.from({ length: RECORDS_OF_A_REQUEST }, (_, index) => ({
    device_id: `scale-${index % (PARTITIONS * 8)}`,
    record_id: `${name}-${request}-${index}`,
    timestamp: '2026-01-31T12:00:00Z',
    data_payload: { temperature: 20 + (index % 10) / 10, number: request },
  }));
  return JSON.stringify(records);
}

async function untilEmpty(stack: ScaledStack): Promise<void> {
  while ((await stack.lag()) !== 0) await delay(SAMPLE_MS);
}
