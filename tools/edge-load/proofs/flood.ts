import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bearerOfNewToken } from '../../load/token.js';
import { medians } from '../../load/figures.js';
import { BROKERS, startGateway } from '../gateway.js';
import { honestLoad } from '../honest-load.js';
import type { Load } from '../../load/http-load.js';
import { notAccepted, startLoad } from '../../load/run-load.js';
import type { Finding, Proof, ProofOptions } from '../proof.js';

const MAX_P99_RATIO = 2;
/** More than the honest devices send, and far less than the flood. */
const LIMIT_PER_SECOND = '300';
const FLOOD = { perSecond: 2000, seconds: 60, connections: 100, recordsPerRequest: 1 };
const FLOOD_ADDRESS = '127.0.0.66';

type Sender = Pick<Load, 'headers' | 'localAddress'>;

/** Honest devices while somebody sends many times what one sender may. */
export const floods: Proof = {
  name: 'flood',
  async run(options) {
    const fromAddress = await floodFromAddress(options);
    // Tokens of a gateway over Kafka are in MongoDB; here they are in a file.
    return BROKERS === undefined ? [fromAddress, await floodOfToken(options)] : [fromAddress];
  },
};

function floodFromAddress(options: ProofOptions): Promise<Finding> {
  const settings = { ADDRESS_RECORDS_PER_SECOND: LIMIT_PER_SECOND, LIMIT_BURST_SECONDS: '1' };
  return prove('flood-address', settings, options, { flood: { localAddress: FLOOD_ADDRESS }, honest: {} });
}

async function floodOfToken(options: ProofOptions): Promise<Finding> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-edge-tokens-'));
  const store = { RECORD_STORE_URL: `file:${directory}` };
  const settings = { ...store, AUTH: 'tokens', TOKEN_RECORDS_PER_SECOND: LIMIT_PER_SECOND, LIMIT_BURST_SECONDS: '1' };
  try {
    const [flood, honest] = [await bearerOfNewToken(store), await bearerOfNewToken(store)];
    return await prove('flood-token', settings, options, { flood: { headers: flood }, honest: { headers: honest } });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function prove(
  name: string,
  settings: Record<string, string>,
  { rounds }: ProofOptions,
  senders: { flood: Sender; honest: Sender },
): Promise<Finding> {
  const gateway = await startGateway(settings);
  try {
    await honestLoad(gateway.url, senders.honest);
    const measured = [];
    for (let round = 0; round < rounds; round++) measured.push(await measure(gateway.url, senders));
    return findingOf(name, medians(measured));
  } finally {
    await gateway.stop();
  }
}

async function measure(url: string, { flood, honest }: { flood: Sender; honest: Sender }) {
  const quiet = await honestLoad(url, honest);
  const flooding = startLoad({ url, ...FLOOD, ...flood });
  const flooded = await honestLoad(url, honest);
  await flooding.stop();
  await flooding.outcome.catch(() => undefined);
  const [quietMs, floodedMs] = [quiet.acceptedMs.p99, flooded.acceptedMs.p99];
  return { quietMs, floodedMs, ratio: floodedMs / quietMs, refused: notAccepted(quiet) + notAccepted(flooded) };
}

function findingOf(name: string, { quietMs, floodedMs, ratio, refused }: Awaited<ReturnType<typeof measure>>): Finding {
  return {
    name,
    what: `honest devices while one ${name.slice('flood-'.length)} sends ${FLOOD.perSecond} records/s, limit ${LIMIT_PER_SECOND}`,
    figure: `p99 ${floodedMs.toFixed(1)} ms, quiet ${quietMs.toFixed(1)} ms: ${ratio.toFixed(2)}; ${refused} not 202`,
    bound: `at most ${MAX_P99_RATIO}, all 202`,
    holds: ratio <= MAX_P99_RATIO && refused === 0,
  };
}
