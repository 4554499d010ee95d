// POST /ingest compared with a bare node:http echo of the same body, in one run.
import { Server } from '../load/server.js';
import type { Engines } from './engines.js';
import { rowsOf, type Row } from './result.js';
import {
  acceptedRecords,
  BATCHES,
  BATCHES_TITLE,
  type ClosedLoop,
  recordsPerSecond,
  sideBySide,
  SINGLE,
  SINGLE_TITLE,
  type Variant,
} from './side-by-side.js';

const SECONDS = 5;

interface IngestVariant extends Variant {
  /** Left out: the server has no store. `accepted`: what it has accepted before is stored first; `stored`: this load is, too. */
  counted?: 'accepted' | 'stored';
}

export async function benchIngest(engines: Engines | undefined): Promise<Row[]> {
  const variants = await startAll(engines);
  const measure = async (what: string, loop: typeof SINGLE): Promise<Row[]> => {
    const rates = await sideBySide(variants, (one) => rateOf(one, { ...loop, seconds: SECONDS }));
    return rowsOf(rates, { what, base: 'bare' });
  };
  try {
    return [...(await measure(SINGLE_TITLE, SINGLE)), ...(await measure(BATCHES_TITLE, BATCHES))];
  } finally {
    for (const server of new Set(variants.map((one) => one.server))) await server.stop();
  }
}

/** Records per second. */
async function rateOf(variant: IngestVariant, loop: ClosedLoop): Promise<number> {
  if (variant.counted === undefined) return recordsPerSecond(variant, loop);
  await variant.server.untilDrained();
  if (variant.counted === 'accepted') return recordsPerSecond(variant, loop);
  const startedAtMs = performance.now();
  const records = await acceptedRecords(variant, loop);
  await variant.server.untilDrained();
  return (1000 * records) / (performance.now() - startedAtMs);
}

async function startAll(engines: Engines | undefined): Promise<IngestVariant[]> {
  const embedded = await Server.start('dist/apps/standalone/main.js');
  const variants: IngestVariant[] = [
    { name: 'bare', server: await Server.start('tools/bench/servers/echo.ts', { isUp: answers }) },
    {
      name: 'without log',
      server: await Server.start('tools/bench/servers/gateway-without-log.ts', { isUp: answers }),
    },
    { name: 'embedded, accepted', server: embedded, counted: 'accepted' },
    { name: 'embedded, stored', server: embedded, counted: 'stored' },
  ];
  if (engines === undefined) return variants;
  const { env } = engines;
  return [...variants, { name: 'Kafka', server: await Server.start('dist/apps/gateway/main.js', { env }) }];
}

/** For a server without a health check: any answer will do. */
async function answers(url: string): Promise<true> {
  const response = await fetch(`${url}/ingest`);
  await response.body?.cancel();
  return true;
}
