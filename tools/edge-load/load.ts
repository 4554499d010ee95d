import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What a generator is to send. */
export interface Load {
  /** Of the gateway. */
  url: string;
  /** Requests that arrive each second, whether or not the earlier ones are answered; 0: as fast as the connections allow. */
  perSecond: number;
  seconds: number;
  /** So long from the start, what is accepted is not counted as a rate: it settles first. */
  settleSeconds?: number;
  /** Most connections. An arrival that finds none waits, and its time runs. */
  connections: number;
  recordsPerRequest: number;
  headers?: Record<string, string>;
  localAddress?: string;
}

/** What came of it. Times are in milliseconds, from the arrival of a request to the end of its answer. */
export interface Outcome {
  /** Answers by status. */
  statuses: Record<string, number>;
  /** 429 and 503 that do not say when to come back. */
  withoutRetryAfter: number;
  /** Requests that got no answer at all. */
  errors: number;
  /** Arrivals that still waited for a connection at the end. */
  unsent: number;
  acceptedPerSecond: number;
  acceptedMs: { p50: number; p99: number };
  /** Seconds from the start to the last answer that was not 202; 0 if all were. */
  lastRefusalSeconds: number;
}

const GENERATOR = fileURLToPath(new URL('./generator.ts', import.meta.url));

/** A load under way, in a process of its own. */
export interface RunningLoad {
  outcome: Promise<Outcome>;
  stop(): void;
}

export function startLoad(load: Load): RunningLoad {
  const generator = fork(GENERATOR, [JSON.stringify(load)]);
  return { outcome: outcomeOf(generator), stop: () => generator.kill('SIGKILL') };
}

export function runLoad(load: Load): Promise<Outcome> {
  return startLoad(load).outcome;
}

async function outcomeOf(generator: ReturnType<typeof fork>): Promise<Outcome> {
  const message = once(generator, 'message');
  const ended = once(generator, 'exit').then(([code]) => {
    throw new Error(`the load generator ended with ${String(code)}`);
  });
  const [outcome] = (await Promise.race([message, ended])) as [Outcome];
  await ended.catch(() => undefined);
  return outcome;
}
