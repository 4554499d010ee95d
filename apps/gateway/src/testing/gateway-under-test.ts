import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { decodeEvent, type IngestEvent, type Problem } from '@sluice/contracts';
import { EventLog, EventPublisher } from '@sluice/event-log';
import { FakePublisher } from '@sluice/event-log/testing';
import { Clock } from '@sluice/async';
import { createHttpApp, type HttpOptions } from '@sluice/http';
import { overriding } from '@sluice/http/testing';
import { AccessGate, Admission, EventLoopTicks, LoadShedding } from '@sluice/ingest';
import { traceOfLine, Tracing, type Logger } from '@sluice/observability';
import { Lifecycle } from '@sluice/process';
import { defaultsOf } from '@sluice/settings';
import { AccessModule } from '../access/access.module.js';
import type { TlsListener } from '../access/tls-listener.js';
import { GatewayAppModule } from '../gateway.app.module.js';
import { GATEWAY_SETTINGS, type GatewayConfig } from '../settings.js';
import { fakeLog } from './fake-log.js';

export const SEED_RECORD = {
  device_id: 'dev-2',
  timestamp: '2025-09-09T17:00:00Z',
  data_payload: { gene_count: 12, sample_quality: 0.98 },
};

/** Small limits of bodies, no load shedding, and every host name. */
export const TEST_CONFIG: GatewayConfig = {
  ...defaultsOf(GATEWAY_SETTINGS),
  host: '',
  maxEventLoopDelayMs: 0,
  maxPublishDelayMs: 0,
  maxBodyBytes: 1_000_000,
  maxInflatedBytes: 2_000_000,
  maxRecordsPerRequest: 100,
  maxConcurrentRequests: 8,
  maxBytesInFlight: 4_000_000,
  publishTimeoutMs: 1000,
  givenKeys: new Set(),
};

/** What a suite may set besides. */
type TestOptions = Partial<GatewayConfig> & Pick<HttpOptions, 'requestTimeoutMs'>;

/** Every member that an answer of `POST /ingest` may have. */
interface AnswerBody extends Problem {
  record_id: string;
  device_id: string;
  receipt: string;
  accepted: number;
  rejected: number;
  retry?: number;
  results: { index: number; status: string; record_id?: string; receipt?: string; problem?: Problem }[];
}

export interface IngestAnswer {
  status: number;
  headers: Headers;
  body: AnswerBody;
}

/** The gateway's own root over HTTP on a free port, with a publisher that does what the test says. */
export class GatewayUnderTest {
  readonly publisher = new FakePublisher();
  readonly logLines: Record<string, unknown>[] = [];
  url = '';
  private app: NestFastifyApplication | undefined;

  /** @param tracing left out: nothing is traced */
  static async start(options: TestOptions = {}, tracing = new Tracing()): Promise<GatewayUnderTest> {
    const gateway = new GatewayUnderTest();
    await gateway.listen({ ...TEST_CONFIG, ...options }, tracing);
    return gateway;
  }

  get admission(): Admission {
    return this.app!.get(Admission, { strict: false });
  }

  get shedding(): LoadShedding {
    return this.app!.get(LoadShedding, { strict: false });
  }

  /** Calls {@link shedding} with the delays of the event loop; once it is stopped, the test does. */
  get ticks(): EventLoopTicks {
    return this.app!.get(EventLoopTicks, { strict: false });
  }

  get tls(): TlsListener | undefined {
    return this.app!.get(AccessModule, { strict: false }).tls;
  }

  get gate(): AccessGate {
    return this.app!.get(AccessGate, { strict: false });
  }

  get clock(): Clock {
    return this.app!.get(Clock);
  }

  get lifecycle(): Lifecycle {
    return this.app!.get(Lifecycle);
  }

  /** Bytes and texts are sent as they are, anything else as JSON. */
  async post(body: unknown, headers: Record<string, string> = {}): Promise<IngestAnswer> {
    const isRaw = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(`${this.url}/ingest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: isRaw ? (body as string) : JSON.stringify(body),
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as AnswerBody };
  }

  postLines(lines: readonly string[], end = ''): Promise<IngestAnswer> {
    return this.post(lines.join('\n') + end, { 'content-type': 'application/x-ndjson' });
  }

  /** The lines of `GET /metrics`. Two calls within a second give the same. */
  async metrics(): Promise<string[]> {
    const response = await fetch(`${this.url}/metrics`);
    return (await response.text()).split('\n');
  }

  /** The events that were published, in order. */
  get events(): IngestEvent[] {
    return this.publisher.records.map(({ value }) => {
      const decoded = decodeEvent(value);
      if (!decoded.ok) throw new Error(`The gateway has published no event: ${decoded.detail}`);
      return decoded.event;
    });
  }

  async close(): Promise<void> {
    await this.app!.close();
  }

  /** Lets go of whatever a test has held, and closes. */
  async stop(): Promise<void> {
    this.publisher.release();
    await this.close();
  }

  private async listen(config: GatewayConfig & TestOptions, tracing: Tracing): Promise<void> {
    const logger = this.logger();
    const root = GatewayAppModule.forRoot(config, { logger, registry: new Registry(), tracing });
    const fakes = overriding([EventLog, fakeLog(this.publisher)], [EventPublisher, this.publisher]);
    this.app = await createHttpApp(root, logger, config, fakes);
    await this.app.listen(0, '127.0.0.1');
    this.url = `http://127.0.0.1:${(this.app.getHttpServer().address() as { port: number }).port}`;
    this.lifecycle.started();
  }

  private logger(): Logger {
    const write = (line: string) => this.logLines.push(JSON.parse(line) as Record<string, unknown>);
    const formatters = { level: (label: string) => ({ level: label }) };
    return pino({ level: 'debug', formatters, mixin: traceOfLine }, { write });
  }
}
