import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { IngestEvent, Problem } from '@sluice/contracts';
import { EventLog, EventPublisher } from '@sluice/event-log';
import { RecordStore } from '@sluice/record-store';
import { FakeRecordStore } from '@sluice/record-store/testing';
import { Clock } from '@sluice/async';
import { createHttpApp, type OpenStreams, serveDocs } from '@sluice/http';
import { Tracing } from '@sluice/observability';
import { Lifecycle } from '@sluice/process';
import { defaultsOf } from '@sluice/settings';
import { overriding, type RegisteredRoute, registeredRoutes } from '@sluice/http/testing';
import { FakeClock } from '@sluice/test-kit';
import { QueryAppModule } from '../query.app.module.js';
import type { QueryLimits } from '../query.module.js';
import { QUERY_SETTINGS, type QueryConfig } from '../settings.js';
import { TAIL_STREAMS } from '../tail/tail-providers.js';
import { FakeEventLog } from './fake-event-log.js';

const SILENT = pino({ level: 'silent' });

const TEST_CONFIG: QueryConfig = {
  ...defaultsOf(QUERY_SETTINGS),
  host: '',
  maxBodyBytes: 1024,
  givenKeys: new Set(),
};

export interface Answer<T> {
  status: number;
  headers: Headers;
  text: string;
  body: T;
}

/** The query service over HTTP on a free port, with a log, a store and a clock that a test moves. */
export class QueryUnderTest {
  readonly log: FakeEventLog;
  readonly store = new FakeRecordStore();
  readonly clock = new FakeClock(Date.parse('2025-09-09T17:00:10Z'));
  routes: readonly RegisteredRoute[] = [];
  private app: NestFastifyApplication | undefined;

  private constructor(partitionCount: number) {
    this.log = new FakeEventLog(partitionCount);
  }

  static async start(partitionCount = 3, limits: QueryLimits = {}): Promise<QueryUnderTest> {
    const query = new QueryUnderTest(partitionCount);
    const service = { logger: SILENT, registry: new Registry(), tracing: new Tracing() };
    const root = QueryAppModule.forRoot(TEST_CONFIG, service, limits);
    const fakes = overriding(
      [EventLog, query.log],
      [EventPublisher, {}],
      [RecordStore, query.store],
      [Clock, query.clock],
    );
    query.app = await createHttpApp(root, SILENT, TEST_CONFIG, fakes);
    const routes = registeredRoutes(query.app);
    serveDocs(query.app);
    await query.app.listen(0, '127.0.0.1');
    query.routes = routes();
    query.lifecycle.started();
    return query;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.app!.getHttpServer().address() as { port: number }).port}`;
  }

  get lifecycle(): Lifecycle {
    return this.app!.get(Lifecycle);
  }

  /** Number of current readers of the live tail. */
  get tailReaders(): number {
    return this.app!.get<OpenStreams>(TAIL_STREAMS, { strict: false }).count;
  }

  /** Puts events into the store, half a second after the seed record was received. */
  async storeEvents(...events: IngestEvent[]): Promise<void> {
    const records = events.map((event, offset) => ({ event, source: { partition: 0, offset } }));
    await this.store.write(records, Date.parse('2025-09-09T17:00:01.500Z'));
  }

  /** The lines of `GET /metrics`. Two calls return the same unless the clock was moved by a second in between. */
  async metrics(): Promise<string[]> {
    const response = await this.ask('/metrics');
    return (await response.text()).split('\n');
  }

  async get<T = Problem>(path: string): Promise<Answer<T>> {
    const response = await this.ask(path);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: JSON.parse(text) as T };
  }

  async stop(): Promise<void> {
    await this.app?.close();
  }

  private ask(path: string): Promise<Response> {
    return fetch(this.url + path, { headers: { connection: 'close' } });
  }
}

/** The seed record, as the gateway publishes it, with other values where a test sets them. */
export function anEvent(values: Partial<IngestEvent> = {}): IngestEvent {
  return {
    record_id: 'r-1',
    device_id: 'dev-2',
    timestamp: '2025-09-09T17:00:00Z',
    received_at: '2025-09-09T17:00:01.250Z',
    data_payload: { gene_count: 12, sample_quality: 0.98 },
    ...values,
  };
}
