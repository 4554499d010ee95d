import { medians } from '../../load/figures.js';
import { startGateway } from '../gateway.js';
import type { Server } from '../../load/server.js';
import type { Load, Outcome } from '../../load/http-load.js';
import { runLoad } from '../../load/run-load.js';
import { MemoryPeak } from '../memory-peak.js';
import type { Finding, Proof, ProofOptions } from '../proof.js';

const MULTIPLES = [2, 4, 8];
const LOAD_SECONDS = 10;
const SETTLE_SECONDS = 3;
const AFTER_SECONDS = 8;
/** A fleet has many connections; a few are enough to find the peak. */
const FLEET_CONNECTIONS = 1000;
const PEAK_CONNECTIONS = 32;
const QUIET_PER_SECOND = 20;
const QUIET_SECONDS = 3;
const PEAK_SECONDS = 4;

const MIN_SHARE_OF_PEAK = 0.8;
const MAX_SECONDS_TO_NORMAL = 5;
const MAX_P50_RATIO = 1.5;
/** Twice the bytes that may be in flight: what the requests in progress hold, and what the collector has not taken back of it. */
const MAX_GROWTH_MIB = 128;

/** Capacity, and then a multiple of it offered in an open loop: what is accepted, at what memory, and how soon it is over. */
export const overCapacity: Proof = {
  name: 'capacity',
  async run(options) {
    const gateway = await startGateway();
    try {
      await peakOf(gateway, options);
      const rounds = Object.groupBy(await measureRounds(gateway, options), ({ multiple }) => multiple);
      return MULTIPLES.flatMap((multiple) => findingsOf(multiple, medians(rounds[multiple]!)));
    } finally {
      await gateway.stop();
    }
  },
};

type Measured = Awaited<ReturnType<typeof measure>>;

async function measureRounds(gateway: Server, options: ProofOptions): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (let round = 0; round < options.rounds; round++) {
    for (const multiple of MULTIPLES) measured.push(await measure(gateway, options, multiple));
  }
  return measured;
}

/** What is accepted in a closed loop is the peak. It is taken again before each load, because a machine is never the same for long. */
async function peakOf(gateway: Server, { recordsPerRequest }: ProofOptions) {
  const load = { perSecond: 0, seconds: PEAK_SECONDS, connections: PEAK_CONNECTIONS, recordsPerRequest };
  return sent(gateway, load);
}

/** @returns the outcome, and how many requests were accepted for each second of CPU that the gateway took */
async function sent(gateway: Server, load: Omit<Load, 'url'>): Promise<Outcome & { acceptedPerCpuSecond: number }> {
  const before = gateway.program.cpuSeconds;
  const outcome = await runLoad({ url: gateway.url, ...load });
  return { ...outcome, acceptedPerCpuSecond: (outcome.statuses['202'] ?? 0) / (gateway.program.cpuSeconds - before) };
}

async function measure(gateway: Server, options: ProofOptions, multiple: number) {
  const { recordsPerRequest } = options;
  const peak = await peakOf(gateway, options);
  const quietLoad = { perSecond: QUIET_PER_SECOND, connections: 8, recordsPerRequest };
  const quiet = await sent(gateway, { ...quietLoad, seconds: QUIET_SECONDS });
  const memory = new MemoryPeak(gateway.program);
  const perSecond = multiple * peak.acceptedPerSecond;
  const fleet = {
    perSecond,
    connections: FLEET_CONNECTIONS,
    recordsPerRequest,
    seconds: LOAD_SECONDS,
    settleSeconds: SETTLE_SECONDS,
  };
  const loaded = await sent(gateway, fleet);
  const after = await sent(gateway, { ...quietLoad, seconds: AFTER_SECONDS });
  const measured = {
    multiple,
    peak: peak.acceptedPerSecond,
    share: loaded.acceptedPerSecond / peak.acceptedPerSecond,
    cpuShare: loaded.acceptedPerCpuSecond / peak.acceptedPerCpuSecond,
    acceptedP50Ms: loaded.acceptedMs.p50,
    acceptedP99Ms: loaded.acceptedMs.p99,
    refused: refusalsOf(loaded),
    unsent: loaded.unsent,
    faults: loaded.errors + loaded.withoutRetryAfter + otherAnswersOf(loaded),
    growthMiB: memory.stop() - memory.startMiB,
    secondsToNormal: after.lastRefusalSeconds,
    p50Ratio: after.acceptedMs.p50 / quiet.acceptedMs.p50,
  };
  return measured;
}

function refusalsOf({ statuses }: Outcome): number {
  return (statuses['429'] ?? 0) + (statuses['503'] ?? 0);
}

function otherAnswersOf(outcome: Outcome): number {
  const all = Object.values(outcome.statuses).reduce((sum, count) => sum + count, 0);
  return all - refusalsOf(outcome) - (outcome.statuses['202'] ?? 0);
}

function findingsOf(multiple: number, measured: Omit<Measured, 'multiple'>): Finding[] {
  const name = `capacity-${multiple}x`;
  const { peak, share, refused, unsent, faults, growthMiB, secondsToNormal, p50Ratio } = measured;
  return [
    {
      name,
      what: `${multiple} times what it can take (peak ${Math.round(peak)} requests/s)`,
      figure: `${Math.round(share * 100)} % of the peak accepted, ${refused} refused, ${unsent} not sent, ${faults} other; memory grew by ${Math.round(growthMiB)} MiB`,
      bound: `at least ${MIN_SHARE_OF_PEAK * 100} %, every refusal with Retry-After, nothing else, at most ${MAX_GROWTH_MIB} MiB`,
      holds: share >= MIN_SHARE_OF_PEAK && faults === 0 && growthMiB <= MAX_GROWTH_MIB,
    },
    {
      name: `${name}-after`,
      what: 'and after it has gone away',
      figure: `last refusal after ${secondsToNormal.toFixed(1)} s, then p50 ${p50Ratio.toFixed(2)} of quiet`,
      bound: `within ${MAX_SECONDS_TO_NORMAL} s, at most ${MAX_P50_RATIO}`,
      holds: secondsToNormal <= MAX_SECONDS_TO_NORMAL && p50Ratio <= MAX_P50_RATIO,
    },
  ];
}
