import { EVENTS_TOPIC } from '@sluice/contracts';
import type { Ledger } from '../load/ledger/ledger.js';
import { until } from '@sluice/test-kit';
import type { NaiveResult } from './fault.js';
import type { ProofStack } from './proof-stack.js';

/** After this long without a new record it has stopped permanently: longer than a session of its group. */
const STANDSTILL_LOOKS = 12;
const LOOK = { tries: 60, everyMs: 5_000 };

type Copies = [deviceId: string, recordId: string, count: number][];

/** The naive consumer in its container, beside the worker: its own group, its own collection, the same records. */
export class NaiveConsumer {
  private constructor(private readonly system: ProofStack) {}

  /** Begins at the end of the log. */
  static async start(system: ProofStack, run: string): Promise<NaiveConsumer> {
    await system.recreate('naive', { PROOF_RUN: run });
    const naive = new NaiveConsumer(system);
    const members = system.log.inspect({ group: `naive-${run}`, topic: EVENTS_TOPIC });
    await until('the naive consumer has joined', async () => (await members.members()) > 0 || undefined);
    return naive;
  }

  /** Waits until it has everything or makes no more progress, and compares. */
  async result(ledger: Ledger): Promise<NaiveResult> {
    const missing: number[] = [];
    return until(
      'the naive consumer has everything or makes no more progress',
      async () => {
        const result = compare(ledger, await this.copies());
        missing.push(result.lost);
        const isStill = missing.length > STANDSTILL_LOOKS && missing.at(-1 - STANDSTILL_LOOKS) === result.lost;
        return result.lost === 0 || isStill ? result : undefined;
      },
      LOOK,
    );
  }

  private async copies(): Promise<Copies> {
    const printed = await this.system.compose('exec', '-T', 'naive', 'node', '/app/proof/naive-copies.mjs');
    return JSON.parse(printed.split('\n').at(-1)!) as Copies;
  }
}

function compare(ledger: Ledger, copies: Copies): NaiveResult {
  const ours = copies.filter(([deviceId, recordId]) => ledger.find(deviceId, recordId));
  const stored = new Set(ours.map(([deviceId, recordId]) => `${deviceId}/${recordId}`));
  const acked = ledger.ackedInOrder;
  return {
    acked: acked.length,
    lost: acked.filter(({ deviceId, recordId }) => !stored.has(`${deviceId}/${recordId}`)).length,
    doubled: ours.filter(([, , count]) => count > 1).length,
  };
}
