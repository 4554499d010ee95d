import { setTimeout as delay } from 'node:timers/promises';
import type { StoredCopy } from '../load/ledger/check.js';
import type { Answer, HttpClient } from '@sluice/test-kit';

/** Devices whose records are read at one time. */
const LANES = 4;
const RETRY_MS = 1_000;
const PAGE_RECORDS = 1_000;

/** The records were not compared. The message is a clause that says why. */
export class NotCheckedError extends Error {
  override readonly name = 'NotCheckedError';
  readonly code = 'not-checked';
}

interface Page {
  records: StoredCopy[];
  next_cursor: string | null;
}

/**
 * Waits for the buffer to empty, then reads everything that is stored of a fleet's devices, through the paths that people use.
 * A request that fails is repeated until it succeeds or the signal ends it; {@link status} says what is being done and what fails.
 */
export class ReadBack {
  private step: 'buffer' | 'records' = 'buffer';
  private waiting: number | undefined;
  private devicesRead = 0;
  private recordsRead = 0;
  private trouble: string | undefined;

  /** @param signal ends each wait; its reason is what {@link untilDrained} and {@link pages} then throw */
  constructor(
    private readonly client: HttpClient,
    private readonly deviceIds: readonly string[],
    private readonly signal: AbortSignal,
  ) {}

  /** What is being done now, and why it does not get on if it does not. */
  get status(): string {
    const failing = this.trouble === undefined ? '' : `; the last request failed: ${this.trouble}`;
    if (this.step === 'records') {
      return `reading back: ${this.devicesRead} of ${this.deviceIds.length} devices, ${this.recordsRead} records${failing}`;
    }
    const waiting = this.waiting === undefined ? 'records' : `${this.waiting} records`;
    return `waiting until ${waiting} of the buffer are stored${failing}`;
  }

  /** Resolves when nothing of the whole system waits any more. */
  async untilDrained(): Promise<void> {
    const path = bufferPathOf(this.deviceIds[0]!);
    for (;;) {
      const { waiting, reason } = await this.get<{ waiting: number; reason?: string | null }>(path);
      if (waiting === 0) return;
      this.waiting = waiting;
      this.trouble = reason ? `none; the buffer worker reports ${reason}` : undefined;
      await delay(RETRY_MS / 10, undefined, { signal: this.signal }).catch(() => this.signal.throwIfAborted());
    }
  }

  async pages(): Promise<StoredCopy[]> {
    this.step = 'records';
    const lanes = Array.from({ length: LANES }, (_, lane) =>
      this.deviceIds.filter((_id, index) => index % LANES === lane),
    );
    return (await Promise.all(lanes.map((ids) => this.recordsOf(ids)))).flat();
  }

  private async recordsOf(deviceIds: readonly string[]): Promise<StoredCopy[]> {
    const records: StoredCopy[] = [];
    for (const deviceId of deviceIds) {
      let cursor: string | null = null;
      do {
        const page: Page = await this.get<Page>(pathOf(deviceId, cursor));
        records.push(...page.records);
        this.recordsRead += page.records.length;
        cursor = page.next_cursor;
      } while (cursor !== null);
      this.devicesRead++;
    }
    return records;
  }

  /** The body of the first answer that succeeds. */
  private async get<T>(path: string): Promise<T> {
    for (;;) {
      const answer = await orAborted(this.client.get(path), this.signal).catch((error: Error) => error);
      this.signal.throwIfAborted();
      if (!(answer instanceof Error) && answer.status === 200) {
        this.trouble = undefined;
        return answer.body as T;
      }
      this.trouble = `GET ${path.replace(/\?.*/, '')} ${answer instanceof Error ? causeOf(answer) : refusalIn(answer)}`;
      await delay(RETRY_MS, undefined, { signal: this.signal }).catch(() => this.signal.throwIfAborted());
    }
  }
}

/** The buffer, as the token of this device may read it. */
export function bufferPathOf(deviceId: string): string {
  return `/check-buffer?limit=1&device_id=${encodeURIComponent(deviceId)}`;
}

function pathOf(deviceId: string, cursor: string | null): string {
  const parameters = new URLSearchParams({ device_id: deviceId, limit: String(PAGE_RECORDS) });
  if (cursor !== null) parameters.set('cursor', cursor);
  return `/records?${parameters}`;
}

function refusalIn({ status, body }: Answer): string {
  const { code, detail } = (body ?? {}) as { code?: string; detail?: string };
  return `answered ${[status, code, detail && `(${detail})`].filter(Boolean).join(' ')}`;
}

function causeOf(error: Error): string {
  const { code, message } = (error.cause ?? error) as { code?: string; message: string };
  return `was not answered: ${code ?? message}`;
}

/** An answer that hangs is not waited for once the signal is aborted. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
