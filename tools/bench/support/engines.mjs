// Real Kafka and the MongoDB-protocol server of the tests, for one run of the benchmarks.
import { spawnSync } from 'node:child_process';
import { freePort, ROOT } from './process.mjs';

const COMPOSE = ['compose', '-p', 'sluice-bench', '-f', 'libs/test-kit/src/engines.compose.yml'];

/** @returns {Promise<{ eventLogUrl: string, recordStoreUrl: string } | undefined>} nothing where Docker cannot be reached */
export async function startEngines() {
  if (spawnSync('docker', ['info'], { stdio: 'ignore' }).status !== 0) return undefined;
  const ports = { KAFKA_PORT: String(await freePort()), MONGO_PORT: String(await freePort()) };
  const compose = (...args) =>
    spawnSync('docker', [...COMPOSE, ...args], { cwd: ROOT, stdio: 'ignore', env: { ...process.env, ...ports } })
      .status;
  compose('down', '--volumes');
  process.once('exit', () => compose('down', '--volumes'));
  if (compose('up', '--wait') !== 0) throw new Error('the engines did not start');
  const engines = {
    eventLogUrl: `kafka://127.0.0.1:${ports.KAFKA_PORT}`,
    recordStoreUrl: `mongodb://127.0.0.1:${ports.MONGO_PORT}/sluice`,
  };
  prepare(engines);
  return engines;
}

/** Topics and indexes, by the step that the compose file runs as well. */
function prepare({ eventLogUrl, recordStoreUrl }) {
  const env = { ...process.env, EVENT_LOG_URL: eventLogUrl, RECORD_STORE_URL: recordStoreUrl, LOG_LEVEL: 'warn' };
  const init = spawnSync(process.execPath, ['dist/apps/operator/main.js', 'init'], {
    cwd: ROOT,
    stdio: 'inherit',
    env,
  });
  if (init.status !== 0) throw new Error('the init step failed');
}
