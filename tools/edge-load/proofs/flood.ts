import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '@sluice/test-kit';
import { medians } from '../figures.js';
import { GatewayProcess } from '../gateway-process.js';
import { honestLoad, turnedAway } from '../honest-load.js';
import { startLoad, type Load } from '../load.js';
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
    return process.env['KAFKA_BROKERS'] === undefined ? [fromAddress, await floodOfToken(options)] : [fromAddress];
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
    const [flood, honest] = [bearerOf(store), bearerOf(store)];
    return await prove('flood-token', settings, options, { flood, honest });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** A new token that may send for every device of the load. */
function bearerOf(store: Record<string, string>): Sender {
  const command = ['dist/apps/operator/main.js', 'tokens', 'create', '--pattern', 'dev-*'];
  const token = execFileSync(process.execPath, command, { cwd: ROOT, env: { ...process.env, ...store } });
  return { headers: { authorization: `Bearer ${String(token).trim()}` } };
}

async function prove(
  name: string,
  settings: Record<string, string>,
  { rounds }: ProofOptions,
  senders: { flood: Sender; honest: Sender },
): Promise<Finding> {
  const gateway = await GatewayProcess.start(settings);
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
  flooding.stop();
  await flooding.outcome.catch(() => undefined);
  const [quietMs, floodedMs] = [quiet.acceptedMs.p99, flooded.acceptedMs.p99];
  return { quietMs, floodedMs, ratio: floodedMs / quietMs, refused: turnedAway(quiet) + turnedAway(flooded) };
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
