import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { BatchTransport } from '@sluice/batch-transport';
import { prepare, topicPartitions } from '@sluice/engines';
import { EventLog } from '@sluice/event-log';
import { createRegistry, openTracing, tracingOptions } from '@sluice/observability';
import { RecordStore } from '@sluice/record-store';
import { createHttpApp, serveDocs } from '@sluice/http';
import { type RegisteredRoute, registeredRoutes } from '@sluice/http/testing';
import { readStandaloneConfig } from '../settings.js';
import { StandaloneAppModule } from '../standalone.app.module.js';

/** The whole pipeline over HTTP on a free port, with separate files. */
export class StandaloneUnderTest {
  private constructor(
    readonly app: NestFastifyApplication,
    readonly directory: string,
    readonly routes: readonly RegisteredRoute[],
  ) {}

  /** @param settings more keys of the environment */
  static async start(settings: Record<string, string> = {}): Promise<StandaloneUnderTest> {
    const directory = await StandaloneUnderTest.newDirectory();
    const config = readStandaloneConfig({ DATA_DIR: directory, PORT: '0', ...settings });
    const logger = pino({ level: 'silent' });
    const registry = createRegistry();
    const tracing = await openTracing(tracingOptions(config, 'standalone'), logger, registry);
    const app = await createHttpApp(StandaloneAppModule.forRoot(config, { logger, registry, tracing }), logger, config);
    const routes = registeredRoutes(app);
    serveDocs(app, app.get(EventLog).names);
    await prepare(app.get(EventLog), app.get(RecordStore), topicPartitions(config));
    app.connectMicroservice({ strategy: app.get(BatchTransport) });
    await app.startAllMicroservices();
    await app.listen(0, '127.0.0.1');
    return new StandaloneUnderTest(app, directory, routes());
  }

  /** A directory for state that must outlive {@link stop}. */
  static newDirectory(): Promise<string> {
    return mkdtemp(join(tmpdir(), 'sluice-standalone-'));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.app.getHttpServer().address() as { port: number }).port}`;
  }

  async stop(): Promise<void> {
    await this.app.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}
