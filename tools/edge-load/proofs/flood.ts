import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bearerOfNewToken } from '../../load/token.js';
import { BROKERS, startGateway } from '../gateway.js';
import { comparedText, compareWithQuiet, honestLoad, type Compared, type Sender } from '../honest-load.js';
import { startLoad } from '../../load/run-load.js';
import type { Finding, Proof, ProofOptions } from '../proof.js';

const MAX_P99_RATIO = 2;
/** More than the honest devices send, and far less than the flood. */
const LIMIT_PER_SECOND = '300';
const FLOOD = { perSecond: 2000, seconds: 60, connections: 100, recordsPerRequest: 1 };
const FLOOD_ADDRESS = '127.0.0.66';

/** Honest devices while someone sends many times what one sender may. */
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
  { flood, honest }: { flood: Sender; honest: Sender },
): Promise<Finding> {
  const gateway = await startGateway(settings);
  const quiet = () => honestLoad(gateway.url, honest);
  const flooded = async () => {
    const flooding = startLoad({ url: gateway.url, ...FLOOD, ...flood });
    const outcome = await honestLoad(gateway.url, honest);
    await flooding.stop();
    return outcome;
  };
  try {
    await quiet();
    return findingOf(name, await compareWithQuiet(rounds, 'p99', quiet, flooded));
  } finally {
    await gateway.stop();
  }
}

function findingOf(name: string, compared: Compared): Finding {
  return {
    name,
    what: `honest devices while one ${name.slice('flood-'.length)} sends ${FLOOD.perSecond} records/s, limit ${LIMIT_PER_SECOND}`,
    figure: comparedText('p99', compared),
    bound: `at most ${MAX_P99_RATIO}, all 202`,
    holds: compared.ratio <= MAX_P99_RATIO && compared.refused === 0,
  };
}
