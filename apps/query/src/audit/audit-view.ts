import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '@sluice/async';
import { encodeCursor, type JsonObject } from '@sluice/contracts';
import { RecordStore, type DocumentRange, type StoredDocument } from '@sluice/record-store';
import type { AuditFilter, AuditRequest } from './audit-request.js';

export interface AuditPage {
  /** The newest first. */
  entries: AuditEntry[];
  has_more: boolean;
  next_cursor: string | null;
  /** Whether the page ends because one answer may read no further. */
  partial: boolean;
}

/** `id`, `at`, `who`, `request_id` and `action`, and what belongs to the action, such as `plan_hash`. */
type AuditEntry = { id: string } & JsonObject;

/** Entries of one read; most that one answer reads, and for how long. */
const READ = 500;
const MAX_READ = 20_000;
const MAX_MS = 5_000;

/** Who has used the scope `operate`, for what, and when. */
@Injectable()
export class AuditView {
  constructor(
    @Inject(RecordStore) private readonly store: RecordStore,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** @throws RecordStoreError `unavailable` */
  async page({ filter, limit, ...asked }: AuditRequest): Promise<AuditPage> {
    const range = rangeOf(asked);
    const endMs = this.clock.monotonicMs() + MAX_MS;
    const entries: AuditEntry[] = [];
    for (let read = 0; ; read += READ) {
      const found = await this.store.documents.list('audit', range, READ, 'descending');
      for (const document of found) {
        if (entries.length === limit) return pageOf(entries, range.to, false);
        range.to = document.id;
        if (matches(filter, document)) entries.push({ id: document.id, ...document.content });
      }
      if (found.length < READ) return pageOf(entries, undefined, false);
      if (read + READ >= MAX_READ || this.clock.monotonicMs() >= endMs) return pageOf(entries, range.to, true);
    }
  }
}

function matches({ action, ...exact }: AuditFilter, { content }: StoredDocument): boolean {
  const did = String(content['action']);
  if (action !== undefined && did !== action && !did.startsWith(`${action}.`)) return false;
  return Object.entries(exact).every(([name, value]) => content[name] === value);
}

/** Ids of entries begin with their time. */
function rangeOf({ fromMs, toMs, beforeEntry }: Pick<AuditRequest, 'fromMs' | 'toMs' | 'beforeEntry'>): DocumentRange {
  const ends = [toMs === undefined ? undefined : idAt(toMs), beforeEntry].filter((id) => id !== undefined);
  const [to] = ends.sort();
  return { ...(fromMs !== undefined && { from: idAt(fromMs) }), ...(to !== undefined && { to }) };
}

/** What the ids of UUIDv7 of this millisecond begin with. */
function idAt(ms: number): string {
  const digits = Math.max(0, Math.ceil(ms)).toString(16).padStart(12, '0');
  return `${digits.slice(0, 8)}-${digits.slice(8)}`;
}

/** @param lastEntry id of the last entry that was read; left out if there are no more */
function pageOf(entries: AuditEntry[], lastEntry: string | undefined, partial: boolean): AuditPage {
  const next_cursor = lastEntry === undefined ? null : encodeCursor({ beforeEntry: lastEntry });
  return { entries, has_more: next_cursor !== null, next_cursor, partial };
}
