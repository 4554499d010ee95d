import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { BatchTransport } from '@sluice/batch-transport';
import { encodeEvent, EVENT_HEADERS, EVENTS_TOPIC, type IngestEvent } from '@sluice/contracts';
import { DEFAULT_NAMES, EventLog, EventPublisher, type LogRecord } from '@sluice/event-log';
import { FakePublisher, FakeSubscription } from '@sluice/event-log/testing';
import { RecordStore } from '@sluice/record-store';
import { FakeRecordStore } from '@sluice/record-store/testing';
import { Clock } from '@sluice/async';
import { createHttpApp } from '@sluice/http';
import { overriding } from '@sluice/http/testing';
import { Tracing } from '@sluice/observability';
import { defaultsOf } from '@sluice/settings';
import { BufferWorkerAppModule } from '../buffer-worker.app.module.js';
import { WORKER_SETTINGS, type WorkerConfig } from '../settings.js';

const SILENT = pino({ level: 'silent' });

const TEST_CONFIG: WorkerConfig = {
  ...defaultsOf(WORKER_SETTINGS),
  host: '',
  maxBodyBytes: 1024,
  batchMaxRecords: 100,
  batchMaxBytes: 1_000_000,
  batchMaxAgeMs: 0,
  shutdownTimeoutMs: 100,
  givenKeys: new Set(),
};

/** The worker over HTTP on a free port, between a log that a test feeds and a store that it may make unavailable. */
export class WorkerUnderTest {
  readonly subscription = new FakeSubscription();
  readonly deadLetters = new FakePublisher();
  readonly store = new FakeRecordStore();
  private app: NestFastifyApplication | undefined;

  /** @param tracing left out: no traces */
  static async start(tracing = new Tracing()): Promise<WorkerUnderTest> {
    const worker = new WorkerUnderTest();
    const root = BufferWorkerAppModule.forRoot(TEST_CONFIG, { logger: SILENT, registry: new Registry(), tracing });
    const fakes = overriding(
      [EventLog, worker.fakeLog()],
      [EventPublisher, worker.deadLetters],
      [RecordStore, worker.store],
    );
    worker.app = await createHttpApp(root, SILENT, TEST_CONFIG, fakes);
    worker.app.connectMicroservice({ strategy: worker.transport });
    await worker.app.startAllMicroservices();
    await worker.app.listen(0, '127.0.0.1');
    return worker;
  }

  get transport(): BatchTransport {
    return this.app!.get(BatchTransport, { strict: false });
  }

  get clock(): Clock {
    return this.app!.get(Clock);
  }

  /** The lines of `GET /metrics`. Two calls within a second return the same. */
  async metrics(): Promise<string[]> {
    const { port } = this.app!.getHttpServer().address() as { port: number };
    const response = await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { connection: 'close' } });
    return (await response.text()).split('\n');
  }

  async stop(): Promise<void> {
    await this.app?.close();
  }

  private fakeLog(): Partial<EventLog> {
    return {
      names: DEFAULT_NAMES,
      subscribe: () => this.subscription,
      ping: async () => undefined,
      topicFindings: async () => [],
      close: async () => undefined,
    };
  }
}

/** A log record that the store accepts. */
export function logRecord(offset: number, values: Partial<LogRecord> = {}): LogRecord {
  const event: IngestEvent = {
    record_id: `r-${offset}`,
    device_id: 'dev-2',
    timestamp: '2025-09-09T17:00:00Z',
    received_at: '2025-09-09T17:00:01.250Z',
    data_payload: { gene_count: 12 },
  };
  const place = { topic: EVENTS_TOPIC, partition: 0, offset };
  return {
    ...place,
    key: Buffer.from('dev-2'),
    value: encodeEvent(event),
    headers: EVENT_HEADERS,
    timestampMs: 0,
    ...values,
  };
}
