import { EVENTS_TOPIC } from '@sluice/contracts';
import { type HttpClient, until } from '@sluice/test-kit';
import { shown, type Figure } from './result.js';
import type { ScaledStack } from './scaled-stack.js';

const LOG_FILES = `/var/lib/kafka/data/${EVENTS_TOPIC}-*/*.log`;

/** What a record takes on the disk of the log and as JSON, on average over everything that this stack has accepted. */
export async function bytesFigures(stack: ScaledStack): Promise<Figure[]> {
  const { body: buffer } = await stack.client.get('/check-buffer?limit=1');
  const positions = buffer.partitions as { high_watermark: number }[];
  const events = positions.reduce((sum, { high_watermark: high }) => sum + high, 0);
  const logBytes = Number(await stack.compose('exec', '-T', 'kafka', 'bash', '-c', `cat ${LOG_FILES} | wc -c`));
  const records = await until('a page of records is answered', () => recordsOf(stack.client));
  const payloads = records.map((record) => JSON.stringify(record).length);
  const mean = payloads.reduce((sum, length) => sum + length, 0) / records.length;
  return [
    shown('an event in the log of Kafka, one copy', `${(logBytes / events).toFixed(0)} bytes`),
    shown('a record as JSON, as `/records` shows it', `${mean.toFixed(0)} bytes`),
  ];
}

/** Right after a load, the store may take longer than a reader may wait. */
async function recordsOf(client: HttpClient): Promise<object[] | undefined> {
  const { status, body } = await client.get('/records?limit=1000');
  return status === 200 ? (body.records as object[]) : undefined;
}
