import { fleetOptions } from '../options.js';
import type { Output } from '../progress.js';
import { RunStop } from '../run-stop.js';
import { runFleet } from '../run.js';
import type { Extent } from './result.js';
import type { ScaledStack } from './scaled-stack.js';

/** Of each device, a second. */
const RATE = 1;
/** What costs is requests, and this machine carries everything: five records share one. */
const BATCH_AGE = '5s';

/** An everyday run on three gateways: all kinds of devices, all their faults. @returns whether the ledger is kept, and what a person saw */
export async function underLoad(
  { gateways, readStored }: ScaledStack,
  { devices, overloadMs }: Extent,
  seed: number,
): Promise<{ isKept: boolean; text: string }> {
  const args = [
    `--devices=${devices}`,
    `--rate=${RATE}`,
    `--duration=${overloadMs}ms`,
    `--seed=${seed}`,
    `--batch-age=${BATCH_AGE}`,
  ];
  const faults = '--faults=clock-skew,offline,duplicates,malformed';
  const options = fleetOptions([...args, faults, `--endpoints=${gateways.map(({ url }) => url).join()}`])!;
  const lines: string[] = [];
  const output: Output = { write: (text) => lines.push(text) && process.stdout.write(text) };
  const result = await runFleet(options, output, new RunStop(), readStored);
  return { isKept: result === 'kept', text: lines.join('').trimEnd() };
}
