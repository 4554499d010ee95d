import { setTimeout as delay } from 'node:timers/promises';
import { type ArchivedRow, type ObjectStore, placeOf, readObject } from '@sluice/archive';
import type { Problem } from '@sluice/contracts';
import { CommandError } from '../command.js';

const BATCH_RECORDS = 500;
const BATCH_CHARACTERS = 1_000_000;
const TIMEOUT_MS = 60_000;
/** Requests in a row that are answered only 429 or 503, after which the command ends. */
const MAX_RETRIES = 100;
const MAX_RETRY_AFTER_SECONDS = 60;

export interface RestoreSelection {
  /** `YYYY-MM-DD`; empty: every day. */
  days: readonly string[];
  deviceId: string | undefined;
}

export interface RestoreCounts {
  objects: number;
  /** Records that are wanted. */
  matched: number;
  accepted: number;
  rejected: number;
}

/** Where to, and how to say what is under way. */
export interface RestoreTarget {
  /** Of a gateway, without a slash at its end; `undefined`: nothing is sent. */
  url: string | undefined;
  token: string | undefined;
  onRejected: (record: Pick<ArchivedRow, 'device_id' | 'record_id'>, why: string) => void;
}

/**
 * Sends the records of some objects to a gateway again, which checks and publishes them as it does with those of a device. With the same
 * record_id, what is still stored is not stored twice; so a restore that ended early is simply run again.
 *
 * @throws ArchiveError; CommandError if the gateway does not take records
 */
export async function restoreArchive(
  store: ObjectStore,
  spoolDirectory: string,
  { days, deviceId }: RestoreSelection,
  target: RestoreTarget,
): Promise<RestoreCounts> {
  const counts: RestoreCounts = { objects: 0, matched: 0, accepted: 0, rejected: 0 };
  const sender = new Sender(target, counts);
  for (const prefix of days.length === 0 ? ['date='] : days.map((day) => `date=${day}/`)) {
    for await (const { key } of store.list(prefix)) {
      if (placeOf(key) === undefined) continue;
      counts.objects++;
      for await (const row of readObject(store, key, spoolDirectory))
        if (deviceId === undefined || row.device_id === deviceId) await sender.add(row);
    }
  }
  await sender.flush();
  return counts;
}

interface Result {
  status: 'accepted' | 'rejected' | 'retry';
  problem?: Problem;
}

class Sender {
  #rows: ArchivedRow[] = [];
  #characters = 0;

  constructor(
    private readonly target: RestoreTarget,
    private readonly counts: RestoreCounts,
  ) {}

  async add(row: ArchivedRow): Promise<void> {
    this.counts.matched++;
    if (this.target.url === undefined) return;
    this.#rows.push(row);
    this.#characters += row.data_payload.length;
    if (this.#rows.length >= BATCH_RECORDS || this.#characters >= BATCH_CHARACTERS) await this.flush();
  }

  async flush(): Promise<void> {
    let rows = this.#rows;
    this.#rows = [];
    this.#characters = 0;
    for (let tries = 0; rows.length > 0; tries++) {
      if (tries > MAX_RETRIES)
        throw new CommandError(`${this.target.url} takes no records now; run the command again.`);
      rows = await this.send(rows);
    }
  }

  /** @returns what is to be sent again */
  private async send(rows: ArchivedRow[]): Promise<ArchivedRow[]> {
    const response = await this.post(rows);
    const answer = (await response.json().catch(() => undefined)) as (Problem & { results?: Result[] }) | undefined;
    const later = Number(response.headers.get('retry-after') ?? '1');
    if (response.status === 429 || response.status === 503) {
      await delay(1000 * Math.min(MAX_RETRY_AFTER_SECONDS, later));
      return rows;
    }
    if (answer?.results !== undefined) return this.settle(rows, answer.results, later);
    if (response.status !== 413 && response.status !== 422) throw this.refusal(response.status, answer);
    if (rows.length > 1) return this.sendEach(rows);
    this.rejected(rows[0]!, answer);
    return [];
  }

  /** A request is refused as a whole: the records are sent one by one, so that each has its own answer. */
  private async sendEach(rows: readonly ArchivedRow[]): Promise<ArchivedRow[]> {
    const again: ArchivedRow[] = [];
    for (const row of rows) again.push(...(await this.send([row])));
    return again;
  }

  private async settle(
    rows: readonly ArchivedRow[],
    results: readonly Result[],
    later: number,
  ): Promise<ArchivedRow[]> {
    const again = rows.filter((_row, index) => results[index]?.status === 'retry');
    results.forEach(({ status, problem }, index) => {
      if (status === 'accepted') this.counts.accepted++;
      if (status === 'rejected') this.rejected(rows[index]!, problem);
    });
    if (again.length > 0) await delay(1000 * Math.min(MAX_RETRY_AFTER_SECONDS, later));
    return again;
  }

  private rejected(row: ArchivedRow, problem: Problem | undefined): void {
    this.counts.rejected++;
    const [first] = problem?.errors ?? [];
    this.target.onRejected(
      row,
      first === undefined ? (problem?.detail ?? 'no reason given') : `${first.pointer}: ${first.detail}`,
    );
  }

  private async post(rows: readonly ArchivedRow[]): Promise<Response> {
    const { url, token } = this.target;
    const headers = {
      'content-type': 'application/x-ndjson',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    };
    const body = rows.map(lineOf).join('\n');
    try {
      return await fetch(`${url}/ingest`, { method: 'POST', headers, body, signal: AbortSignal.timeout(TIMEOUT_MS) });
    } catch (error) {
      const { cause, message } = error as Error & { cause?: { code?: string } };
      throw new CommandError(
        `${url} cannot be reached (${cause?.code ?? message}); set SLUICE_URL to the address of a gateway.`,
      );
    }
  }

  private refusal(status: number, problem: Problem | undefined): CommandError {
    const advice =
      status === 401 || status === 403 ? ' Set SLUICE_TOKEN to a token that may send for these devices.' : '';
    return new CommandError(`${this.target.url} answers ${status}: ${problem?.detail ?? 'no detail'}${advice}`);
  }
}

/** As a device sends it. The payload is the text that was archived, so that no number changes. */
function lineOf({ device_id, record_id, timestamp, data_payload }: ArchivedRow): string {
  const head = JSON.stringify({ device_id, record_id, timestamp });
  return `${head.slice(0, -1)},"data_payload":${data_payload}}`;
}
