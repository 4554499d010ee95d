import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ROOT } from '@sluice/test-kit';
import { Server } from '../load/server.js';
import { BROKERS, startGateway } from './gateway.js';

const run = promisify(execFile);

/** Where records can be sent, stored and read. */
export interface Readable {
  url: string;
  stop(): Promise<void>;
}

/**
 * Starts everything that stores and reads: one process over files, or with `KAFKA_BROKERS` and `MONGO_URL` the three services on the
 * measured core.
 *
 * @throws Error if only one of the two is set
 */
export async function startReadable(): Promise<Readable> {
  const mongo = process.env['MONGO_URL'];
  if (BROKERS === undefined) return startGateway();
  if (mongo === undefined)
    throw new Error('heavy-reads: MONGO_URL is not set; it says where KAFKA_BROKERS are read into');
  const env = { EVENT_LOG_URL: `kafka://${BROKERS}`, RECORD_STORE_URL: mongo, LOG_LEVEL: 'warn' };
  await run(process.execPath, ['dist/apps/operator/main.js', 'init'], { cwd: ROOT, env: { ...process.env, ...env } });
  const query = await Server.start('dist/apps/query/main.js', { env });
  const worker = await Server.start('dist/apps/buffer-worker/main.js', { env });
  const gateway = await startGateway({ ...env, QUERY_URL: query.url });
  return {
    url: gateway.url,
    stop: async () => {
      for (const server of [gateway, worker, query]) await server.stop();
    },
  };
}
