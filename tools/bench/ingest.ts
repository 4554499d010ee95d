// POST /ingest compared with a bare node:http echo of the same body, in one run.
import { Server } from '../load/server.js';
import type { Engines } from './engines.js';
import { rowsOf, type Row } from './result.js';
import {
  BATCHES,
  BATCHES_TITLE,
  recordsPerSecond,
  sideBySide,
  SINGLE,
  SINGLE_TITLE,
  type Variant,
} from './side-by-side.js';

const SECONDS = 5;

export async function benchIngest(engines: Engines | undefined): Promise<Row[]> {
  const variants = await startAll(engines);
  const measure = async (what: string, loop: typeof SINGLE): Promise<Row[]> => {
    const rates = await sideBySide(variants, (one) => recordsPerSecond(one, { ...loop, seconds: SECONDS }));
    return rowsOf(rates, { what, base: 'bare' });
  };
  try {
    return [...(await measure(SINGLE_TITLE, SINGLE)), ...(await measure(BATCHES_TITLE, BATCHES))];
  } finally {
    for (const { server } of variants) await server.stop();
  }
}

async function startAll(engines: Engines | undefined): Promise<Variant[]> {
  const variants = [
    { name: 'bare', server: await Server.start('tools/bench/servers/echo.ts', { isUp: answers }) },
    {
      name: 'without log',
      server: await Server.start('tools/bench/servers/gateway-without-log.ts', { isUp: answers }),
    },
    { name: 'embedded', server: await Server.start('dist/apps/standalone/main.js') },
  ];
  if (engines === undefined) return variants;
  const env = { EVENT_LOG_URL: engines.eventLogUrl, RECORD_STORE_URL: engines.recordStoreUrl };
  return [...variants, { name: 'Kafka', server: await Server.start('dist/apps/gateway/main.js', { env }) }];
}

/** For a server without a health check: any answer will do. */
async function answers(url: string): Promise<true> {
  const response = await fetch(`${url}/ingest`);
  await response.body?.cancel();
  return true;
}
