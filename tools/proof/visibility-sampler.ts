import type { Ledger, LedgerEntry } from '../load/ledger/ledger.js';
import { Repeated } from '../load/repeated.js';
import type { Random } from '../load/ledger/random.js';

/** Samples that are in progress side by side. */
const SAMPLERS = 6;
/** A read that hangs is given up after this time and counts for nothing. */
const READ_TIMEOUT_MS = 20_000;
/** Most samples are of what was acknowledged last: that is what moves from the buffer to the records. */
const RECENT = 200;

type Body = { records: { record_id: string; device_id: string }[]; next_cursor: string | null };

/**
 * Asks for acknowledged records while the load runs, the buffer first and the records second, as a person would who wants to see
 * everything: a record is in the one, or in the other, or dead-lettered. Counts only what was answered.
 */
export class VisibilitySampler {
  /** Reads of both views that were answered. */
  sampled = 0;
  /** Ids that were in neither view: there must be none. */
  readonly invisible: string[] = [];
  readonly #samplers: Repeated[];

  constructor(
    private readonly baseUrl: string,
    private readonly ledger: Ledger,
    private readonly random: Random,
  ) {
    this.#samplers = Array.from({ length: SAMPLERS }, () => new Repeated(() => this.sampleOne(), 0));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#samplers.map((sampler) => sampler.stop()));
  }

  private async sampleOne(): Promise<void> {
    const entry = this.pick();
    if (entry !== undefined) await this.sample(entry);
  }

  private pick(): LedgerEntry | undefined {
    const { ackedInOrder } = this.ledger;
    const oldest = this.random.next() < 0.9 ? Math.max(0, ackedInOrder.length - RECENT) : 0;
    return ackedInOrder.length === 0 ? undefined : ackedInOrder[this.random.between(oldest, ackedInOrder.length - 1)];
  }

  private async sample(entry: LedgerEntry): Promise<void> {
    const isSeen = await this.isInEither(entry).catch(() => undefined);
    if (isSeen === undefined) return;
    this.sampled++;
    if (!isSeen) this.invisible.push(`${entry.deviceId}/${entry.recordId}`);
  }

  /** @returns `undefined` if a read was not answered, or not to its end */
  private async isInEither(entry: LedgerEntry): Promise<boolean | undefined> {
    const isBuffered = await this.isOnPages('/check-buffer', {}, entry);
    if (isBuffered !== false) return isBuffered;
    const instant = Date.parse(entry.timestamp);
    const window = { from: new Date(instant).toISOString(), to: new Date(instant + 1).toISOString() };
    // Many records bear the first or the last instant there is: walking through all of them would be no sample.
    const isStored = isCrowded(instant) ? false : await this.isOnPages('/records', window, entry);
    return isStored === false ? this.isSomewhere(entry) : isStored;
  }

  private async isOnPages(path: string, filter: object, entry: LedgerEntry): Promise<boolean | undefined> {
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Record<string, string> = cursor === '' ? {} : { cursor };
      const parameters = new URLSearchParams({ device_id: entry.deviceId, limit: '1000', ...filter, ...page });
      const { status, body } = await this.get(`${path}?${parameters}`);
      if (status !== 200) return undefined;
      const { records, next_cursor: next } = body as Body;
      if (records.some(({ record_id: id }) => id === entry.recordId)) return true;
      cursor = next;
    }
    return false;
  }

  /** Knows dead letters as well. It says so itself if it has not looked everywhere. */
  private async isSomewhere({ deviceId, recordId }: LedgerEntry): Promise<boolean | undefined> {
    const { status, body } = await this.get(`/records/${deviceId}/${recordId}`);
    if (status === 200) return true;
    const isKnownToBeNowhere = status === 404 && !(body as { detail: string }).detail.includes('only the newest');
    return isKnownToBeNowhere ? false : undefined;
  }

  private async get(path: string): Promise<{ status: number; body: unknown }> {
    const response = await fetch(this.baseUrl + path, { signal: AbortSignal.timeout(READ_TIMEOUT_MS) });
    return { status: response.status, body: await response.json() };
  }
}

function isCrowded(instant: number): boolean {
  return instant === 0 || instant > Date.UTC(9999, 0, 1);
}
