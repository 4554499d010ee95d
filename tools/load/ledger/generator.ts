import { setTimeout as delay } from 'node:timers/promises';
import type { Ledger, SendAnswer, SentReport } from './ledger.js';
import { Random } from './random.js';

export interface GeneratorOptions {
  seed: number;
  /** Devices; each sends one request after the other. */
  devices: number;
  /** Prefix of the device ids, so that runs on one system do not meet. */
  prefix: string;
  /** Largest batch, but for the large ones; 1: single posts only. */
  maxBatch?: number;
  /** Share of requests that are {@link LARGE_BATCH large}, 0..1. */
  largeShare?: number;
  /** Longest pause of a device between two requests, in milliseconds. */
  maxPauseMs?: number;
  /** Share of requests that are repeated with the same keys although they were answered, 0..1. */
  repeatShare?: number;
}

interface Result {
  status: 'accepted' | 'rejected' | 'retry';
  receipt?: string;
}

/** A request that hangs is given up after this time: its outcome is unknown. */
const ANSWER_TIMEOUT_MS = 15_000;
const EXPECTED: ReadonlySet<number> = new Set([202, 207, 429, 503]);
/** So many records that the gateway writes their events, and their body, into memory that other requests have used. */
const LARGE_BATCH = { least: 300, most: 800 };
/** Pause of a device after a request that was not acknowledged. */
const AFTER_TROUBLE_MS = 50;

/**
 * Devices that send until they are stopped, and write everything down. A request without a clear answer is repeated with the same
 * keys until it has one or the run ends.
 */
export class Generator {
  #isStopped = false;
  readonly #devices: Promise<void>[];
  /** Requests that were not acknowledged at once: shows that a fault took effect. */
  troubles = 0;

  /** @param baseUrl may change while it runs */
  constructor(
    private readonly baseUrl: () => string,
    private readonly ledger: Ledger,
    private readonly options: GeneratorOptions,
  ) {
    this.#devices = Array.from({ length: options.devices }, (_, index) => this.runDevice(index));
  }

  get deviceIds(): string[] {
    return Array.from({ length: this.options.devices }, (_, index) => deviceIdOf(this.options.prefix, index));
  }

  /** No new records; resolves when every request has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#devices);
  }

  private async runDevice(index: number): Promise<void> {
    const { seed, prefix, maxBatch = 20, largeShare = 0, maxPauseMs = 10, repeatShare = 0.05 } = this.options;
    const random = new Random(seed + index);
    const deviceId = deviceIdOf(prefix, index);
    for (let next = 0; !this.#isStopped;) {
      const isLarge = random.next() < largeShare;
      const size = isLarge ? random.between(LARGE_BATCH.least, LARGE_BATCH.most) : sizeBelow(maxBatch, random);
      const make = isLarge ? plainReportOf : reportOf;
      const reports = Array.from({ length: size }, () => make(deviceId, next++, random));
      for (const report of reports) this.ledger.sent(report);
      await this.untilAnswered(reports);
      if (random.next() < repeatShare) await this.send(reports);
      if (maxPauseMs > 0) await delay(random.between(0, maxPauseMs));
    }
  }

  private async untilAnswered(reports: readonly SentReport[]): Promise<void> {
    for (let open = reports; open.length > 0;) {
      open = await this.send(open);
      if (open.length === 0) return;
      this.troubles++;
      if (this.#isStopped) return;
      await delay(AFTER_TROUBLE_MS);
    }
  }

  /** @returns the reports that are to be sent again */
  private async send(reports: readonly SentReport[]): Promise<SentReport[]> {
    const results = await this.post(reports);
    return reports.filter(({ device_id: deviceId, record_id: recordId }, index) => {
      const result = results[index];
      this.ledger.answered(deviceId, recordId, answerOf(result), result?.receipt);
      return answerOf(result) === 'unknown';
    });
  }

  /** @returns a result for each report; none if there was no clear answer */
  private async post(reports: readonly SentReport[]): Promise<Result[]> {
    const isSingle = reports.length === 1;
    try {
      const response = await fetch(`${this.baseUrl()}/ingest`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(isSingle ? reports[0] : reports),
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      });
      const body = (await response.json()) as { results?: Result[]; receipt?: string; code?: string };
      if (response.status === 503) this.requireRetryAfter(response);
      if (!EXPECTED.has(response.status)) this.unexpected.push(`${response.status} ${body.code}`);
      if (response.status === 202 && isSingle && body.receipt) return [{ status: 'accepted', receipt: body.receipt }];
      if (response.status === 202 || response.status === 207) return body.results ?? [];
      return response.status >= 500 || response.status === 429 ? [] : reports.map(() => ({ status: 'rejected' }));
    } catch {
      return [];
    }
  }

  private requireRetryAfter(response: Response): void {
    if (!/^[1-9]\d*$/.test(response.headers.get('retry-after') ?? '')) this.withoutRetryAfter++;
  }

  /** 503 answers that did not say when to come back: there must be none. */
  withoutRetryAfter = 0;
  /** Answers that no fault excuses, as status and code: what is sent is valid, so there must be none. */
  readonly unexpected: string[] = [];
}

function deviceIdOf(prefix: string, index: number): string {
  return `${prefix}-${index}`;
}

function answerOf(result: Result | undefined): SendAnswer {
  if (result?.status === 'accepted') return 'acked';
  return result?.status === 'rejected' ? 'refused' : 'unknown';
}

function sizeBelow(maxBatch: number, random: Random): number {
  return random.next() < 0.5 ? 1 : random.between(1, maxBatch);
}

/** Nothing in it has to be written in another way, so that the gateway copies its bytes. */
function plainReportOf(deviceId: string, number: number, random: Random): SentReport {
  return {
    device_id: deviceId,
    record_id: `r${number}`,
    timestamp: new Date(Date.UTC(2025, 0, 1) + random.between(0, 1e10)).toISOString(),
    data_payload: { number, value: random.between(-1e6, 1e6) / 100, text: random.oneOf(['', 'a'.repeat(200)]) },
  };
}

function reportOf(deviceId: string, number: number, random: Random): SentReport {
  const measured = new Date(Date.UTC(2025, 0, 1) + random.between(0, 1e10)).toISOString();
  return {
    device_id: deviceId,
    record_id: `r${number}`,
    timestamp: random.oneOf([
      measured,
      measured.replace('Z', '+00:00'),
      '1970-01-01T00:00:00Z',
      '9999-12-31T23:59:59.999Z',
    ]),
    data_payload: {
      number,
      value: random.next(),
      text: random.oneOf(['', 'grün', '🧪', 'a'.repeat(200)]),
      nested: { list: [random.between(-1e6, 1e6), null, true], '$set.x': 1 },
    },
  };
}
