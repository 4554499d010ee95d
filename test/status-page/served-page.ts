import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pageHeaders } from '@sluice/http';

const ASSETS = new URL('../../apps/query/src/status-page/assets/', import.meta.url);
const MEDIA_TYPES: Record<string, string> = { html: 'text/html', css: 'text/css', js: 'text/javascript' };

/** A part of a sample, as `GET /status/events` has it. */
export type Sample = Record<string, unknown>;

export const IDLE: Sample = {
  at: '2025-09-09T17:00:00.000Z',
  rates: { in_per_second: 0, out_per_second: 0 },
  buffer: {
    waiting: 0,
    oldest_age_seconds: null,
    state: 'idle',
    reason: null,
    partition_count: 1,
    partitions: [{ partition: 0, lag: 0, oldest_age_seconds: null }],
  },
  recent: [],
  dead_letters: { total: 0, counted: 0, reasons: {} },
  parts: {
    event_log: { state: 'up', reason: null },
    buffer_worker: { state: 'up', reason: null },
    record_store: { state: 'up', reason: null },
  },
};

/** The files of the status page on a server that shows the samples of a test, under the headers of the real one. */
export class ServedPage {
  url = '';
  metrics = '';
  /** The token that every request but those for the page needs; empty: none. */
  token = '';
  private latest: Sample = IDLE;
  private readonly streams = new Set<ServerResponse>();
  private readonly server: Server = createServer((request, response) => void this.answer(request, response));

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as { port: number }).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  /** Sends a sample to every page that is open, and to each that opens. @param changes in place of what {@link IDLE} has */
  show(changes: Sample): void {
    this.latest = { ...IDLE, ...changes };
    for (const stream of this.streams) stream.write(textOf(this.latest));
  }

  /** Breaks every stream off in the middle. */
  cut(): void {
    for (const stream of this.streams) stream.destroy();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url!;
    if (path === '/' || /^\/status\/[\w-]+\.(js|css|html)$/.test(path)) return sendAsset(path, response);
    if (this.token !== '' && request.headers.authorization !== `Bearer ${this.token}`) return refuse(response);
    if (path === '/status/events') return this.stream(response);
    if (path === '/metrics') return void response.end(this.metrics);
    response.end('{}');
  }

  private stream(response: ServerResponse): void {
    this.streams.add(response);
    response.once('close', () => this.streams.delete(response));
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(textOf(this.latest));
  }
}

function textOf(sample: Sample): string {
  return `event: status\ndata: ${JSON.stringify(sample)}\n\n`;
}

async function sendAsset(path: string, response: ServerResponse): Promise<void> {
  const name = path === '/' ? 'index.html' : path.slice('/status/'.length);
  const type = MEDIA_TYPES[name.slice(name.lastIndexOf('.') + 1)]!;
  response.writeHead(200, { ...pageHeaders(), 'content-type': type }).end(await readFile(new URL(name, ASSETS)));
}

function refuse(response: ServerResponse): void {
  response.writeHead(401, { 'content-type': 'application/problem+json' });
  response.end(JSON.stringify({ title: 'Authentication is required', detail: 'Send a token.' }));
}
