import { setTimeout as delay } from 'node:timers/promises';
import type { ReadStored } from '../load/ledger/stored-copies.js';
import { HttpClient } from '@sluice/test-kit';
import { Fleet } from './fleet.js';
import { checkLedger } from './ledger-check.js';
import { FleetOptionError, type FleetOptions } from './options.js';
import { legendOf, Progress, type Output } from './progress.js';
import { bufferPathOf, NotCheckedError } from './read-back.js';
import { RunStop } from './run-stop.js';
import { brokenPromises, summaryOf, type Outcome } from './summary.js';

/** `not-checked`: what is stored could not be compared, so the run says nothing about the promise. */
export type RunResult = 'kept' | 'broken' | 'not-checked';

/**
 * A whole run: the devices report, everything is delivered, and what is stored is held against what they have written down.
 *
 * @param readStored another way to what is stored than the pages that people read
 * @throws FleetOptionError when nothing can be read at the first endpoint
 */
export async function runFleet(
  options: FleetOptions,
  output: Output,
  stop = new RunStop(),
  readStored?: ReadStored,
): Promise<RunResult> {
  const client = clientOf(options);
  const name = nameOf(options);
  await requireAnswer(client, name);
  const cpuBefore = process.cpuUsage();
  const fleet = new Fleet(options, name);
  output.write(`${legendOf(options)}\n`);
  const progress = new Progress(fleet, output);
  await delay(options.durationMs, undefined, { signal: stop.endOfReports }).catch(() => undefined);
  const reportedForMs = fleet.elapsedMs();
  const cpu = coresUsed(cpuBefore, reportedForMs);
  fleet.stopReporting();
  stop.reportingIsOver();
  await fleet.untilDelivered(options.settleMs, stop.endOfRun);
  progress.stop();
  const undelivered = fleet.queued;
  await fleet.close();
  const check = await checkOf(fleet, client, output, stop, readStored);
  output.write(`\n${summaryOf(fleet, { reportedForMs, cpu, undelivered, check })}\n`);
  if (check instanceof NotCheckedError) return 'not-checked';
  return brokenPromises(fleet, check.findings).length === 0 ? 'kept' : 'broken';
}

/** The check, or why there is none: it is bounded, and a person can end it. */
async function checkOf(
  fleet: Fleet,
  client: HttpClient,
  output: Output,
  stop: RunStop,
  readStored?: ReadStored,
): Promise<Outcome['check']> {
  const { readBackMs } = fleet.options;
  const bound = new AbortController();
  const tooLong = `it took longer than ${readBackMs / 1000} s (--read-back)`;
  const timer = setTimeout(() => bound.abort(new NotCheckedError(tooLong)), readBackMs);
  const signal = AbortSignal.any([stop.endOfRun, bound.signal]);
  const deviceIds = fleet.devices.map(({ id }) => id);
  const say = (line: string): void => void output.write(`${line}\n`);
  try {
    return await checkLedger(client, fleet.ledger, deviceIds, { readStored, signal, say });
  } catch (error) {
    if (error instanceof NotCheckedError) return error;
    throw error;
  } finally {
    clearTimeout(timer);
  }
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
