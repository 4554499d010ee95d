import type { Load, Outcome } from './http-load.js';
import { Program } from './program.js';

/** A load in progress. */
export interface RunningLoad {
  outcome: Promise<Outcome>;
  stop(): Promise<void>;
}

/** Sends a load from a separate process, on the core of this one. */
export function startLoad(load: Load): RunningLoad {
  const sender = Program.start('tools/load/send-load.ts', { args: [JSON.stringify(load)] });
  const outcome = sender.message<Outcome>();
  // A load that is stopped early has no outcome; the caller need not wait for it.
  outcome.catch(() => undefined);
  return { outcome, stop: () => sender.stop('SIGKILL') };
}

export async function runLoad(load: Load): Promise<Outcome> {
  const { outcome, stop } = startLoad(load);
  try {
    return await outcome;
  } finally {
    await stop();
  }
}

/** Requests that were not answered 202, and those without an answer. */
export function notAccepted({ statuses, errors, unsent }: Outcome): number {
  const answers = Object.values(statuses).reduce((sum, count) => sum + count, 0);
  return answers - (statuses['202'] ?? 0) + errors + unsent;
}
