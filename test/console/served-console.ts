import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pageHeaders } from '@sluice/http';

/** What the last build has made. */
const FILES = new URL('../../dist/apps/standalone/assets/', import.meta.url);
const MEDIA_TYPES: Record<string, string> = { html: 'text/html', css: 'text/css', js: 'text/javascript' };

/** A part of an answer of the API. */
export type Json = Record<string, unknown>;

const AT = '2025-09-09T17:00:00.000Z';

export const IDLE: Json = {
  at: AT,
  rates: { in_per_second: 0, out_per_second: 0 },
  buffer: {
    waiting: 0,
    oldest_age_seconds: null,
    state: 'idle',
    reason: null,
    partition_count: 2,
    partitions: [0, 1].map((partition) => ({ partition, lag: 0, oldest_age_seconds: null })),
  },
  recent: [],
  dead_letters: { total: 0, undecided: 0, counted: 0, reasons: {} },
  parts: {
    event_log: { state: 'up', reason: null },
    buffer_worker: { state: 'up', reason: null },
    record_store: { state: 'up', reason: null },
  },
  workers: [
    { client_id: 'buffer-worker', host: '10.0.0.7', partitions: [0] },
    { client_id: 'buffer-worker', host: '10.0.0.8', partitions: [1] },
  ],
  names: { events: 'ingest.events', dead_letters: 'ingest.dead-letters', store_group: 'sluice-store' },
};

/** An hour in steps of 5 seconds, up to now. */
function anHour(): Json {
  const end = Date.now();
  const steps = Array.from({ length: 720 }, (_, n) => n);
  const wave = (height: number, from = 0) => steps.map((n) => from + height * (1 + Math.sin(n / 40)));
  return {
    step_seconds: 5,
    at: steps.map((n) => new Date(end - (719 - n) * 5000).toISOString()),
    received_per_second: wave(50),
    stored_per_second: wave(49),
    dead_lettered_per_second: wave(0),
    waiting: wave(20),
    oldest_age_seconds: wave(0.4),
    dead_letters: wave(0, 3),
  };
}

/** The built console on a server that answers what a test says, under the headers of the real one. */
export class ServedConsole {
  url = '';
  /** Answers by their paths without parameters; a number is a status with a problem. What is missing is 404. */
  readonly answers = new Map<string, Json | number>([
    ['/status/history', anHour()],
    ['/health/ready', { status: 'ok' }],
    ['/endpoints', { endpoints: [] }],
  ]);
  /** Every request but those for the files. */
  readonly asked: { method: string; path: string; body: string }[] = [];
  /** The token that every request but those for the files needs; empty: none. */
  token = '';
  private latest: Json = IDLE;
  private tail: readonly Json[] = [];
  private readonly streams = new Map<ServerResponse, string>();
  private readonly server: Server = createServer((request, response) => void this.answer(request, response));

  /** @param prefix where a proxy has put it, such as `/sluice`; empty: at the top */
  constructor(private readonly prefix = '') {}

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as { port: number }).port}${this.prefix}/`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  /** Sends a state to every page that is open, and to each that opens. @param changes in place of what {@link IDLE} has */
  show(changes: Json): void {
    this.latest = { ...IDLE, ...changes };
    for (const [stream, path] of this.streams) if (path === '/status/events') stream.write(statusText(this.latest));
  }

  /** Sends events to every live tail that is open, and to each that opens. */
  append(...events: Json[]): void {
    this.tail = [...this.tail, ...events];
    for (const [stream, path] of this.streams) if (path === '/events/tail') stream.write(tailText(events));
  }

  /** Breaks every stream off in the middle. */
  cut(): void {
    for (const stream of this.streams.keys()) stream.destroy();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, search } = new URL(request.url!, 'http://console');
    if (!pathname.startsWith(`${this.prefix}/`)) return void response.writeHead(404).end();
    const path = pathname.slice(this.prefix.length);
    if (path === '/' || path.startsWith('/console/')) return sendFile(path, response);
    const body = await textOf(request);
    this.asked.push({ method: request.method!, path: `${path}${search}`, body });
    if (this.token !== '' && request.headers.authorization !== `Bearer ${this.token}`) return refuse(401, response);
    if (path === '/status/events') return this.stream(path, response, statusText(this.latest));
    if (path === '/events/tail') return this.stream(path, response, `id: p\n\n${tailText(this.tail)}`);
    const answer = this.answers.get(path) ?? 404;
    if (typeof answer === 'number') return refuse(answer, response);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }

  private stream(path: string, response: ServerResponse, begin: string): void {
    this.streams.set(response, path);
    response.once('close', () => this.streams.delete(response));
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(begin);
  }
}

const statusText = (status: Json): string => `event: status\ndata: ${JSON.stringify(status)}\n\n`;
const tailText = (events: readonly Json[]): string =>
  events.map((event, n) => `id: ${n}\nevent: message\ndata: ${JSON.stringify(event)}\n\n`).join('');

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) text += String(part);
  return text;
}

async function sendFile(path: string, response: ServerResponse): Promise<void> {
  const name = path === '/' ? 'index.html' : path.slice('/console/'.length);
  const type = MEDIA_TYPES[name.slice(name.lastIndexOf('.') + 1)]!;
  response.writeHead(200, { ...pageHeaders(), 'content-type': type }).end(await readFile(new URL(name, FILES)));
}

function refuse(status: number, response: ServerResponse): void {
  response.writeHead(status, { 'content-type': 'application/problem+json' });
  response.end(JSON.stringify({ title: 'Refused', status, detail: `The service refuses with ${status}.` }));
}
