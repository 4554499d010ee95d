import type { StoredRecord } from '@sluice/contracts';
import {
  type DevicesPage,
  type DevicesQuery,
  type LatestRecord,
  type ReceiptCursor,
  type ReceiptFilter,
  type ReceiptPage,
  type RecordCursor,
  type RecordFilter,
  type RecordPage,
  type RecordReader,
  type RecordStore,
  RecordStoreError,
  type ValuesPage,
  type ValuesQuery,
} from '@sluice/record-store';

/** A store that has not answered a read within this time gets a ping. */
const SUSPECT_AFTER_MS = 1_000;
/** A store that does not answer the ping within this time is unreachable. */
const PING_MS = 1_000;

export interface WatchLimits {
  suspectAfterMs?: number;
  pingMs?: number;
}

/**
 * The reading side of the record store. Once the store is known to be unreachable, reads fail at once until it answers again. A
 * single ping at a time checks that, however many reads there are.
 */
export class WatchedStore implements RecordReader {
  readonly #suspectAfterMs: number;
  readonly #pingMs: number;
  /** Ends the reads that wait for the store. */
  readonly #waiting = new Set<(error: Error) => void>();
  #isPinged = false;
  #isUnreachable = false;

  constructor(
    private readonly store: RecordStore,
    { suspectAfterMs = SUSPECT_AFTER_MS, pingMs = PING_MS }: WatchLimits = {},
  ) {
    this.#suspectAfterMs = suspectAfterMs;
    this.#pingMs = pingMs;
  }

  /** See RecordReader. */
  find(deviceId: string, recordId: string): Promise<StoredRecord | undefined> {
    return this.watched(() => this.store.reader.find(deviceId, recordId));
  }

  /** See RecordReader. */
  page(filter: RecordFilter, limit: number, after?: RecordCursor, maxBytes?: number): Promise<RecordPage> {
    return this.watched(() => this.store.reader.page(filter, limit, after, maxBytes));
  }

  /** See RecordReader. */
  pageByReceipt(filter: ReceiptFilter, limit: number, after?: ReceiptCursor, maxBytes?: number): Promise<ReceiptPage> {
    return this.watched(() => this.store.reader.pageByReceipt(filter, limit, after, maxBytes));
  }

  /** See RecordReader. */
  devices(query: DevicesQuery, limit: number): Promise<DevicesPage> {
    return this.watched(() => this.store.reader.devices(query, limit));
  }

  /** See RecordReader. */
  latest(deviceId: string, aheadAfterMs: number): Promise<LatestRecord> {
    return this.watched(() => this.store.reader.latest(deviceId, aheadAfterMs));
  }

  /** See RecordReader. */
  values(query: ValuesQuery, limit: number, after?: RecordCursor): Promise<ValuesPage> {
    return this.watched(() => this.store.reader.values(query, limit, after));
  }

  private async watched<T>(read: () => Promise<T>): Promise<T> {
    if (this.#isUnreachable) throw unreachable();
    const { promise: outage, resolve: end, reject } = Promise.withResolvers<unknown>();
    this.#waiting.add(reject);
    const suspicion = setTimeout(() => void this.ping(), this.#suspectAfterMs);
    try {
      return (await Promise.race([read(), outage])) as T;
    } finally {
      clearTimeout(suspicion);
      this.#waiting.delete(reject);
      // Else it would keep what was read: the tables that the Set has outgrown keep its former members for long.
      end(undefined);
    }
  }

  /** Pings until there is an answer. An error in time counts as an answer, too: each read then gets its own error. */
  private async ping(): Promise<void> {
    if (this.#isPinged) return;
    this.#isPinged = true;
    while (!(await this.answersPing()));
    this.#isPinged = this.#isUnreachable = false;
  }

  private async answersPing(): Promise<boolean> {
    let isLate = false;
    const verdict = setTimeout(() => {
      isLate = true;
      this.setUnreachable();
    }, this.#pingMs);
    try {
      await this.store.ping();
      return true;
    } catch (error) {
      return !isLate || (error as RecordStoreError).code === 'closed';
    } finally {
      clearTimeout(verdict);
    }
  }

  private setUnreachable(): void {
    this.#isUnreachable = true;
    for (const reject of this.#waiting) reject(unreachable());
  }
}

function unreachable(): RecordStoreError {
  return new RecordStoreError('unavailable', 'The record store does not answer; it is retried until it does.');
}
