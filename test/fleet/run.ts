import { setTimeout as delay } from 'node:timers/promises';
import type { ReadStored } from '../ledger/store-dump.js';
import { HttpClient } from '../support/http-client.js';
import { Fleet } from './fleet.js';
import { bufferPathOf, checkLedger } from './ledger-check.js';
import { FleetOptionError, type FleetOptions } from './options.js';
import { Progress, type Output } from './progress.js';
import { brokenPromises, summaryOf, type Outcome } from './summary.js';

/**
 * A whole run: the devices report, everything is delivered, and what is stored is held against what they have written down.
 *
 * @param ended ends the reporting before its time, as Ctrl-C does
 * @param readStored another way to what is stored than the pages that people read
 * @returns whether the promise was kept
 * @throws FleetOptionError when nothing can be read at the first endpoint
 */
export async function runFleet(
  options: FleetOptions,
  output: Output,
  ended: AbortSignal,
  readStored?: ReadStored,
): Promise<boolean> {
  const client = clientOf(options);
  const name = nameOf(options);
  await requireAnswer(client, name);
  const cpuBefore = process.cpuUsage();
  const fleet = new Fleet(options, name);
  const progress = new Progress(fleet, output);
  await delay(options.durationMs, undefined, { signal: ended }).catch(() => undefined);
  const reportedForMs = fleet.elapsedMs();
  const cpu = coresUsed(cpuBefore, reportedForMs);
  fleet.stopReporting();
  await fleet.untilDelivered(options.settleMs);
  progress.stop();
  const outcome = { reportedForMs, cpu, ...(await settle(fleet, client, readStored)) };
  output.write(`\n${summaryOf(fleet, outcome)}\n`);
  return brokenPromises(fleet, outcome.check.findings).length === 0;
}

async function settle(
  fleet: Fleet,
  client: HttpClient,
  readStored?: ReadStored,
): Promise<Pick<Outcome, 'undelivered' | 'check'>> {
  const undelivered = fleet.queued;
  await fleet.close();
  const deviceIds = fleet.devices.map(({ id }) => id);
  return { undelivered, check: await checkLedger(client, fleet.ledger, deviceIds, readStored) };
}

function clientOf({ endpoints, token }: FleetOptions): HttpClient {
  return new HttpClient(endpoints[0]!, token === undefined ? {} : { authorization: `Bearer ${token}` });
}

/** New in each run, whatever the seed: the same ids again would meet what an earlier run has stored. */
function nameOf({ seed }: FleetOptions): string {
  return `fleet-${seed.toString(36)}-${Date.now().toString(36)}`;
}

async function requireAnswer(client: HttpClient, deviceId: string): Promise<void> {
  const { status } = await client.get(bufferPathOf(deviceId)).catch(() => ({ status: undefined }));
  if (status === 200) return;
  const what = status === undefined ? 'does not answer' : `answers ${status} to GET /check-buffer`;
  const fix =
    status === 401 || status === 403
      ? 'Give a token that may send and read by --token-file.'
      : 'Start it with npm start, or name gateways that run by --endpoints.';
  throw new FleetOptionError(`${client.baseUrl} ${what}. ${fix}`);
}

function coresUsed(before: NodeJS.CpuUsage, elapsedMs: number): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / elapsedMs;
}
