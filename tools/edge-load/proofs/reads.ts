import { medians } from '../../load/figures.js';
import { BROKERS, startGateway } from '../gateway.js';
import type { Server } from '../../load/server.js';
import { honestLoad } from '../honest-load.js';
import { notAccepted } from '../../load/run-load.js';
import { MemoryPeak } from '../memory-peak.js';
import type { Finding, Proof } from '../proof.js';
import { READERS, startReading } from '../siege.js';
import { LARGEST_PAGE, ORDINARY_PAGE, storePages } from '../stored-pages.js';

const MAX_RATIO = 5;
const MAX_MIB = 512;
const MAX_STOP_SECONDS = 8;
/** The heap that Node takes in a container of 512 MB. */
const SETTINGS = { NODE_OPTIONS: '--max-old-space-size=259' };

interface ReadCase {
  name: string;
  kind: keyof typeof READERS;
  what: string;
  path: string;
}

const CASES: readonly ReadCase[] = [
  { name: 'reads', kind: 'looping', what: 'that read ordinary pages without a rest', path: ORDINARY_PAGE },
  {
    name: 'reads-missing',
    kind: 'looping',
    what: 'that ask for a record that is not there',
    path: '/records/dev-1/none',
  },
  { name: 'reads-large', kind: 'looping', what: 'that read the largest pages without a rest', path: LARGEST_PAGE },
  { name: 'reads-slow', kind: 'slow', what: 'that take nothing of the largest pages', path: LARGEST_PAGE },
  { name: 'reads-pipelined', kind: 'pipelining', what: 'that pipeline 200 reads and take nothing', path: LARGEST_PAGE },
];

/** Honest devices beside readers, everything in one process. */
export const reads: Proof = {
  name: 'reads',
  async run({ rounds }) {
    if (BROKERS !== undefined) throw new Error('reads: the gateway alone answers none');
    const gateway = await startGateway(SETTINGS);
    try {
      await storePages(gateway.url);
      await honestLoad(gateway.url);
      const findings = [];
      for (const readCase of CASES) findings.push(await measureCase(gateway, readCase, rounds));
      return [...findings, await measureStop(gateway)];
    } finally {
      await gateway.stop();
    }
  },
};

async function measureCase(gateway: Server, { name, kind, what, path }: ReadCase, rounds: number) {
  const measured = [];
  for (let round = 0; round < rounds; round++) {
    const quiet = await honestLoad(gateway.url);
    const memory = new MemoryPeak(gateway.program);
    const reading = await startReading(kind, gateway.url, path);
    const loaded = await honestLoad(gateway.url);
    await reading.stop('SIGKILL');
    const [quietMs, loadedMs] = [quiet.acceptedMs.p50, loaded.acceptedMs.p50];
    const refused = notAccepted(quiet) + notAccepted(loaded);
    measured.push({ quietMs, loadedMs, ratio: loadedMs / quietMs, refused, peakMiB: memory.stop() });
  }
  const { quietMs, loadedMs, ratio, refused, peakMiB } = medians(measured);
  const times = `p50 ${loadedMs.toFixed(1)} ms, quiet ${quietMs.toFixed(1)} ms: ${ratio.toFixed(2)}`;
  return {
    name,
    what: `honest devices beside ${READERS[kind].connections} clients ${what}`,
    figure: `${times}; ${refused} not 202; at most ${peakMiB.toFixed(0)} MiB resident`,
    bound: `below ${MAX_RATIO}, all 202, under ${MAX_MIB} MiB`,
    holds: ratio < MAX_RATIO && refused === 0 && peakMiB < MAX_MIB,
  };
}

async function measureStop(gateway: Server): Promise<Finding> {
  const reading = await startReading('slow', gateway.url, LARGEST_PAGE);
  const beganAtMs = performance.now();
  await gateway.stop();
  const seconds = (performance.now() - beganAtMs) / 1000;
  await reading.stop('SIGKILL');
  return {
    name: 'reads-stop',
    what: `SIGTERM while ${READERS.slow.connections} clients take nothing of the largest pages`,
    figure: `stopped after ${seconds.toFixed(1)} s`,
    bound: `within ${MAX_STOP_SECONDS} s`,
    holds: seconds < MAX_STOP_SECONDS,
  };
}
