import type { Fetch } from '../delivery/wire.js';

export interface SentRecord {
  record_id: string;
  device_id: string;
  timestamp: string;
  data_payload: Record<string, unknown>;
}

export interface ReceivedRequest {
  url: string;
  method: string;
  headers: Record<string, string>;
  records: SentRecord[];
  ids: string[];
}

export type Reply = (request: ReceivedRequest, signal: AbortSignal) => Response | Promise<Response>;

/** A `fetch` that plays all gateways: accepts each record once, and answers as the test sets it. */
export class FakeGateway {
  readonly requests: ReceivedRequest[] = [];
  /** By id, in the order of their first acceptance. */
  readonly stored = new Map<string, SentRecord>();
  /** Used for one request each, before {@link reply}. */
  readonly script: Reply[] = [];
  reply: Reply = (request) => this.accept(request);
  inFlight = 0;
  mostInFlight = 0;

  readonly fetch: Fetch = async (url, init) => {
    this.mostInFlight = Math.max(this.mostInFlight, ++this.inFlight);
    try {
      const request = received(url, init);
      this.requests.push(request);
      return await (this.script.shift() ?? this.reply)(request, init.signal!);
    } finally {
      this.inFlight--;
    }
  };

  /** Stores and acknowledges every record of the request. */
  accept(request: ReceivedRequest): Response {
    return manyResults(
      202,
      request.records.map((record) => this.store(record)),
    );
  }

  store(record: SentRecord): Record<string, unknown> {
    if (!this.stored.has(record.record_id)) this.stored.set(record.record_id, record);
    return { status: 'accepted', record_id: record.record_id, receipt: `receipt-${this.stored.size}` };
  }

  /** What arrived of the payload's field `n`, in order. */
  get numbers(): unknown[] {
    return [...this.stored.values()].map(({ data_payload }) => data_payload['n']);
  }

  requestsTo(origin: string): ReceivedRequest[] {
    return this.requests.filter(({ url }) => url.startsWith(origin));
  }
}

function received(url: string, init: RequestInit): ReceivedRequest {
  const records = typeof init.body === 'string' ? (JSON.parse(init.body) as SentRecord[]) : [];
  const headers = init.headers as Record<string, string>;
  return { url, method: init.method!, headers, records, ids: records.map(({ record_id }) => record_id) };
}

/** Results with their indexes added. */
export function manyResults(status: number, results: readonly object[]): Response {
  return json(status, { results: results.map((result, index) => ({ index, ...result })) });
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
}

export function problem(status: number, code: string, headers: Record<string, string> = {}): Response {
  return json(status, { type: `urn:sluice:problem:${code}`, status, code, detail: 'as the test wants it' }, headers);
}

/** `fetch` without a listening server. */
export const refuseConnection: Reply = () => {
  throw new TypeError('fetch failed');
};

/** Never answers, and ends only when it is aborted. */
export const neverAnswer: Reply = (_, signal) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
