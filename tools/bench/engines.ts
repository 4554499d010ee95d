// Real Kafka and the MongoDB-protocol server of the tests, for one run of the benchmarks.
import { spawnSync } from 'node:child_process';
import { freePort, ROOT } from '@sluice/test-kit';

const COMPOSE = ['compose', '-p', 'sluice-bench', '-f', 'libs/test-kit/src/engines.compose.yml'];

export interface Engines {
  eventLogUrl: string;
  recordStoreUrl: string;
}

/** @returns `undefined` where Docker cannot be reached */
export async function startEngines(): Promise<Engines | undefined> {
  if (spawnSync('docker', ['info'], { stdio: 'ignore' }).status !== 0) return undefined;
  const ports = { KAFKA_PORT: String(await freePort()), MONGO_PORT: String(await freePort()) };
  const compose = (...args: string[]): boolean => run('docker', [...COMPOSE, ...args], ports);
  compose('down', '--volumes');
  process.once('exit', () => compose('down', '--volumes'));
  if (!compose('up', '--wait')) throw new Error('the engines did not start');
  const engines = {
    eventLogUrl: `kafka://127.0.0.1:${ports.KAFKA_PORT}`,
    recordStoreUrl: `mongodb://127.0.0.1:${ports.MONGO_PORT}/sluice`,
  };
  prepare(engines);
  return engines;
}

/** Topics and indexes, by the step that the compose file runs as well. */
function prepare({ eventLogUrl, recordStoreUrl }: Engines): void {
  const env = { EVENT_LOG_URL: eventLogUrl, RECORD_STORE_URL: recordStoreUrl, LOG_LEVEL: 'warn' };
  if (!run(process.execPath, ['dist/apps/buffer-worker/init.js'], env)) throw new Error('the init step failed');
}

/** At once and not later: it also cleans up while the process exits. */
function run(command: string, args: readonly string[], env: Record<string, string>): boolean {
  const options = { cwd: ROOT, env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'inherit'] as const };
  return spawnSync(command, args, { ...options, stdio: [...options.stdio] }).status === 0;
}
