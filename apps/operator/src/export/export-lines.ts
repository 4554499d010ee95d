import { setTimeout } from 'node:timers/promises';
import { readExactJson, type StoredRecord } from '@sluice/contracts';
import { ApiError, type ServiceApi } from '../api/service-api.js';

/** Attempts in a row that bring nothing, before it is given up. */
const MAX_ATTEMPTS = 6;
const MAX_WAIT_MS = 30_000;

/** One record of an export, and its line as the service wrote it. */
export interface ExportedRecord {
  record: StoredRecord;
  line: string;
}

/** The record behind which an export goes on. */
export type Place = Pick<StoredRecord, 'device_id' | 'record_id'>;

export interface ExportSource {
  api: Pick<ServiceApi, 'open'>;
  /** Parameters of `GET /export`. */
  search: Readonly<Record<string, string>>;
  /** Called after each interruption that the export resumes from. */
  note: (line: string) => void;
}

/**
 * The records of an export. Where it breaks off, it goes on after the last record that came, until the service says that these are all.
 *
 * @param after goes on behind this record
 * @throws ApiError if the service refuses, or nothing comes any more
 */
export async function* exportedRecords(source: ExportSource, after?: Place): AsyncGenerator<ExportedRecord> {
  let last = after;
  for (let attempt = 1; ; attempt++) {
    try {
      for await (const line of linesOf(await source.api.open(pathOf(source.search, last)))) {
        const value = readExactJson(line) as StoredRecord & { sluice_end?: object; sluice_cursor?: string };
        if (value.sluice_end !== undefined) return;
        if (value.sluice_cursor !== undefined) continue;
        attempt = 0;
        last = value;
        yield { record: value, line };
      }
      throw new Error('the answer ended before its end');
    } catch (error) {
      if (isRefusal(error) || attempt >= MAX_ATTEMPTS) throw error;
      const waitMs = waitMsOf(error, attempt);
      source.note(`export: ${(error as Error).message}; going on in ${Math.ceil(waitMs / 1000)} s`);
      await setTimeout(waitMs);
    }
  }
}

/** A request that another attempt does not make right. */
function isRefusal(error: unknown): boolean {
  const status = error instanceof ApiError ? error.status : undefined;
  return status !== undefined && status >= 400 && status < 500 && status !== 429;
}

function waitMsOf(error: unknown, attempt: number): number {
  const seconds = error instanceof ApiError ? error.retryAfterSeconds : NaN;
  return Math.min(MAX_WAIT_MS, Number.isNaN(seconds) ? 500 * 2 ** attempt : seconds * 1000);
}

function pathOf(search: Readonly<Record<string, string>>, after: Place | undefined): string {
  const place = after && `${encodeURIComponent(after.device_id)}/${encodeURIComponent(after.record_id)}`;
  return `/export?${new URLSearchParams({ ...search, ...(place !== undefined && { after: place }) })}`;
}

/** Whole lines only: the last one may be cut where the connection ends. */
async function* linesOf({ body }: Response): AsyncGenerator<string> {
  let rest = '';
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const bytes of body as AsyncIterable<Uint8Array>) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop()!;
    yield* lines;
  }
}
