import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

/** A span as it travels in OTLP's JSON. Times are nanoseconds since 1970, as text. */
export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: { stringValue?: string; intValue?: number } }[];
  links: { traceId: string; spanId: string }[];
  status: { code: number };
  /** Of the process that has sent it. */
  serviceName: string;
}

interface ExportRequest {
  resourceSpans: {
    resource: { attributes: ReceivedSpan['attributes'] };
    scopeSpans: { spans: ReceivedSpan[] }[];
  }[];
}

const TRIES = 1000;
const INTERVAL_MS = 10;

/** The least that takes traces as a collector does: OTLP over HTTP, in JSON. */
export class OtlpReceiver {
  readonly spans: ReceivedSpan[] = [];
  readonly requests: { path: string; headers: IncomingMessage['headers'] }[] = [];
  /** `hang`: takes everything, answers nothing. */
  behaviour: 'takes' | 'refuses' | 'hang' = 'takes';
  #server: Server | undefined;

  static async start(): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver();
    receiver.#server = createServer((request, response) => void receiver.receive(request, response));
    await once(receiver.#server.listen(0, '127.0.0.1'), 'listening');
    return receiver;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server?.address() as AddressInfo).port}`;
  }

  /** The spans of one trace, once it has all of these names. */
  async trace(traceId: string, names: readonly string[]): Promise<ReceivedSpan[]> {
    const ofTrace = (): ReceivedSpan[] => this.spans.filter((span) => span.traceId === traceId);
    const isThere = (name: string): boolean => ofTrace().some((span) => span.name === name);
    await this.until(
      () => names.every(isThere),
      () => `${ofTrace().map(({ name }) => name)} of ${names}`,
    );
    return ofTrace();
  }

  /** The span that links to this one, once it is there. */
  async linkingTo(spanId: string, name: string): Promise<ReceivedSpan> {
    const find = (): ReceivedSpan | undefined =>
      this.spans.find((span) => span.name === name && span.links.some((link) => link.spanId === spanId));
    await this.until(
      () => find() !== undefined,
      () => `no ${name} links to ${spanId}`,
    );
    return find()!;
  }

  async close(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests.push({ path: request.url ?? '', headers: request.headers });
    const body = await text(request).catch(() => undefined);
    if (this.behaviour === 'hang' || body === undefined) return;
    if (this.behaviour === 'takes') this.add(JSON.parse(body) as ExportRequest);
    response.writeHead(this.behaviour === 'takes' ? 200 : 400, { 'content-type': 'application/json' }).end('{}');
  }

  private add({ resourceSpans }: ExportRequest): void {
    for (const { resource, scopeSpans } of resourceSpans) {
      const name = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
      for (const span of scopeSpans.flatMap(({ spans }) => spans)) this.spans.push({ ...span, serviceName: name });
    }
  }

  private async until(holds: () => boolean, found: () => string): Promise<void> {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      if (holds()) return;
      await delay(INTERVAL_MS);
    }
    throw new Error(`The collector did not get what was waited for; it has: ${found()}.`);
  }
}
