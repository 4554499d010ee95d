import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import type { SentRecord } from './fake-gateway.js';

export interface ServedRequest {
  headers: IncomingMessage['headers'];
  records: SentRecord[];
}

export type Serve = (response: ServerResponse, records: readonly SentRecord[]) => void;

/** A gateway on a loopback port: accepts everything, unless a test sets another answer. */
export class LoopbackGateway {
  readonly requests: ServedRequest[] = [];
  /** Used for one request each, before {@link serve}. */
  readonly script: Serve[] = [];
  serve: Serve = (response, records) => this.accept(response, records);
  /** By id, in the order of their first acceptance. */
  readonly stored = new Map<string, SentRecord>();
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  static async start(): Promise<LoopbackGateway> {
    const gateway = new LoopbackGateway();
    await new Promise<void>((resolve) => gateway.server.listen(0, '127.0.0.1', resolve));
    return gateway;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  accept(response: ServerResponse, records: readonly SentRecord[]): void {
    for (const record of records) if (!this.stored.has(record.record_id)) this.stored.set(record.record_id, record);
    const results = records.map(({ record_id }, index) => ({ index, status: 'accepted', record_id }));
    response.writeHead(202, { 'content-type': 'application/json' }).end(JSON.stringify({ results }));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat((await request.toArray()) as Buffer[]);
    const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    const parsed = JSON.parse(text.toString()) as SentRecord | SentRecord[];
    const records = Array.isArray(parsed) ? parsed : [parsed];
    this.requests.push({ headers: request.headers, records });
    (this.script.shift() ?? this.serve)(response, records);
  }
}
