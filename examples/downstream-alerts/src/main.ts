import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { IngestEvent } from '@sluice/contracts';
import { deadLetter, DONE, eachEvent, openBatchTransport, retryLater, type LogRecord } from '@sluice/batch-transport';

const [webhook, url = 'kafka://localhost:9092', group = 'alerts'] = process.argv.slice(2);
if (webhook === undefined) throw new Error('Say where alerts go: node dist/main.js <webhook> [<event log>] [<group>]');

/** The highest value of each reading that is still good. */
const LIMITS: Readonly<Record<string, number>> = { temperature_c: 80, pressure_bar: 6 };

/** A reading that has passed its limit. The id is the same whenever the event comes again, so that a repeat can be detected. */
function alertsIn({ device_id, record_id, timestamp, data_payload }: IngestEvent) {
  return Object.entries(LIMITS).flatMap(([reading, limit]) => {
    const value = data_payload[reading];
    if (typeof value !== 'number' || value <= limit) return [];
    return [{ id: `${device_id}/${record_id}/${reading}`, device_id, reading, value, limit, timestamp }];
  });
}

/** @returns the webhook's status; 0 if there is no answer */
async function raise(alert: object): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  const request = { method: 'POST', headers, body: JSON.stringify(alert), signal: AbortSignal.timeout(5_000) };
  const answer = await fetch(webhook!, request).catch(() => undefined);
  await answer?.arrayBuffer().catch(() => undefined);
  return answer?.status ?? 0;
}

@Controller()
class AlertsController {
  @EventPattern('ingest.events')
  onEvents(@Payload() batch: readonly LogRecord[]) {
    return eachEvent(batch, async (event) => {
      for (const alert of alertsIn(event)) {
        const status = await raise(alert);
        if (status >= 400 && status < 500) return deadLetter('alert-refused', `the webhook answered ${status}`);
        if (status < 200 || status >= 300) return retryLater('webhook_unreachable');
      }
      return DONE;
    });
  }
}

@Module({ controllers: [AlertsController] })
class AlertsModule {}

const strategy = await openBatchTransport({ url, group });
const app = await NestFactory.createMicroservice(AlertsModule, { strategy });
app.enableShutdownHooks();
await app.listen();
