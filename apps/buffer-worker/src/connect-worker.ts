import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { BatchTransport } from '@sluice/batch-transport';

/** Starts the batch loop with the app. On SIGUSR2, records that hold their partitions become dead letters. */
export function connectWorker(app: NestFastifyApplication): void {
  const transport = app.get(BatchTransport, { strict: false });
  app.connectMicroservice({ strategy: transport });
  process.on('SIGUSR2', () => transport.loop?.acceptDeadLetters());
}
