import type { Findings } from '../load/ledger/check.js';
import type { Fleet } from './fleet.js';
import type { LedgerCheck } from './ledger-check.js';
import type { Latencies } from './latencies.js';
import { NotCheckedError } from './read-back.js';
import type { Tally } from './tally.js';
import { BIN_MS } from './traffic.js';
import { wavesIn } from './waves.js';

const SHOWN_IDS = 20;
/** Waves of one second to a quarter of a minute: shorter ones are requests, longer ones are the load itself. */
const LAGS = { least: 1000 / BIN_MS, greatest: 15_000 / BIN_MS };

export interface Outcome {
  /** How long the devices reported, in milliseconds. */
  reportedForMs: number;
  /** Records whose device was closed before they had a verdict. */
  undelivered: number;
  check: LedgerCheck | NotCheckedError;
  /** Of this process, in cores. */
  cpu: number;
}

/** Names of the findings that have ids, with these; empty if the promise was kept. */
export function brokenPromises({ tally }: Fleet, findings: Findings): [name: string, ids: readonly string[]][] {
  const all: [string, readonly string[]][] = [...Object.entries(findings), ['misjudged', tally.misjudged]];
  return all.filter(([, ids]) => ids.length > 0);
}

/** What a run came to, for a person. */
export function summaryOf(fleet: Fleet, outcome: Outcome): string {
  const { tally, options } = fleet;
  const { check, reportedForMs, undelivered } = outcome;
  const perSecond = grouped(tally.reported / (reportedForMs / 1000));
  const lines = [
    row(
      'reported',
      tally.reported,
      `${perSecond} records/s of ${grouped(options.devices)} devices, seed ${options.seed}`,
    ),
    row(
      'acked',
      tally.acked,
      `${quantiles(tally.untilAcked)} after the report, with the wait for a batch (--batch-age)`,
    ),
    row('rejected', tally.rejected, 'malformed on purpose, each with its own result'),
    ...(isDone(check) ? [row('stored', check.stored, 'read back and compared')] : []),
    row('duplicates', tally.duplicates, 'reported once more under the same id'),
    row('undelivered', undelivered, 'no verdict in time'),
    row('dropped', tally.dropped, 'the queue of the device was full'),
    row('requests', tally.requests, quantiles(tally.ofRequests)),
    row('retried', tally.retries, 'requests that followed a failed one'),
    ...endpointRows(fleet),
    `${'log lines of the devices'.padEnd(24)}  ${saidText(tally)}`,
    `${'waves of requests'.padEnd(24)}  ${wavesText(fleet, reportedForMs)}`,
    `${'this process'.padEnd(24)}  ${outcome.cpu.toFixed(2)} of a core; reports late by ${quantiles(tally.lateness)}`,
  ];
  const ending = isDone(check) ? ledgerText(fleet, check.findings) : `\nNOT CHECKED: ${check.message}.`;
  return [...lines, ending].join('\n');
}

function isDone(check: Outcome['check']): check is LedgerCheck {
  return !(check instanceof NotCheckedError);
}

function ledgerText(fleet: Fleet, findings: Findings): string {
  const all = { ...findings, misjudged: fleet.tally.misjudged };
  const sums = Object.entries(all).map(([name, ids]) => `${name} ${ids.length}`);
  const broken = brokenPromises(fleet, findings);
  const ids = broken.map(([name, found]) => `  ${name}: ${found.slice(0, SHOWN_IDS).join(' ')}`);
  return [`\n${broken.length === 0 ? 'kept' : 'BROKEN'}: ${sums.join(', ')}`, ...ids].join('\n');
}

/** Shares of the requests that were taken, so that a look shows whether the load is even. */
function endpointRows({ traffic }: Fleet): string[] {
  const shares = traffic.origins.map((origin) => ({ origin, ...traffic.share(origin, 0, Infinity) }));
  const taken = shares.reduce((sum, share) => sum + share.taken, 0);
  return shares.map(({ origin, requests, taken: own }) => {
    const percent = taken === 0 ? 0 : (100 * own) / taken;
    return `${origin.padEnd(24)}  ${percent.toFixed(1)} % of what was taken, ${grouped(requests - own)} refused or failed`;
  });
}

/** Codes of the device library's log lines, most frequent first. */
function saidText({ said }: Tally): string {
  const codes = [...said].sort(([, a], [, b]) => b - a).map(([code, count]) => `${grouped(count)} x ${code}`);
  return codes.join(', ') || 'none';
}

function wavesText({ traffic }: Fleet, untilMs: number): string {
  const found = wavesIn(traffic.series(0, untilMs), LAGS);
  if (found === undefined) return 'not measured: devices have to report for at least 30 s';
  const { autocorrelation, lag, chance } = found;
  const seconds = ((lag * BIN_MS) / 1000).toFixed(1);
  return `autocorrelation of request times at most ${autocorrelation.toFixed(2)}, at ${seconds} s (chance: below ${chance.toFixed(2)})`;
}

function row(name: string, count: number, says: string): string {
  return `${name.padEnd(12)}${grouped(count).padStart(12)}  ${says}`;
}

export function quantiles(latencies: Latencies): string {
  return `p50 ${shown(latencies.quantile(0.5))}, p99 ${shown(latencies.quantile(0.99))}`;
}

function shown(ms: number | undefined): string {
  if (ms === undefined) return '-';
  return ms < 10_000 ? `${grouped(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

export function grouped(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}
