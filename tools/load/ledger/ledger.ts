import { createHash } from 'node:crypto';
import { stringifyExact } from '@sluice/contracts';

/** `acked`: 202. `refused`: the answer says that it was not taken. `unknown`: no answer, or one that says so (503). */
export type SendAnswer = 'acked' | 'refused' | 'unknown';

export interface LedgerEntry {
  readonly deviceId: string;
  readonly recordId: string;
  /** As the device wrote it. */
  readonly timestamp: string;
  readonly contentHash: string;
  answer: SendAnswer;
  receipt: string | undefined;
}

export interface SentReport {
  device_id: string;
  record_id: string;
  timestamp: string;
  data_payload: object;
}

/** Writes down every record that is sent and what was answered, so that the end can be held against it. */
export class Ledger {
  readonly #entries = new Map<string, LedgerEntry>();
  readonly #acked: LedgerEntry[] = [];

  get entries(): readonly LedgerEntry[] {
    return [...this.#entries.values()];
  }

  get acked(): number {
    return this.#acked.length;
  }

  /** In the order of their first answers: for one device, which sends one request after the other, the order of its records. */
  get ackedInOrder(): readonly LedgerEntry[] {
    return this.#acked;
  }

  counts(): Record<SendAnswer, number> {
    const counts = { acked: 0, refused: 0, unknown: 0 };
    for (const { answer } of this.#entries.values()) counts[answer]++;
    return counts;
  }

  find(deviceId: string, recordId: string): LedgerEntry | undefined {
    return this.#entries.get(keyOf(deviceId, recordId));
  }

  /** Before the request leaves: whatever happens then, the record may exist. */
  sent(report: SentReport): void {
    const { device_id: deviceId, record_id: recordId } = report;
    const key = keyOf(deviceId, recordId);
    if (this.#entries.has(key)) return;
    const contentHash = hashOf(report.timestamp, report.data_payload);
    this.#entries.set(key, {
      deviceId,
      recordId,
      timestamp: report.timestamp,
      contentHash,
      answer: 'unknown',
      receipt: undefined,
    });
  }

  /** A record that was acked once stays acked, whatever a repeat is answered. */
  answered(deviceId: string, recordId: string, answer: SendAnswer, receipt?: string): void {
    const entry = this.find(deviceId, recordId);
    if (entry === undefined) throw new Error(`${deviceId}/${recordId} was answered and never sent`);
    if (entry.answer === 'acked') return;
    entry.answer = answer;
    if (answer !== 'acked') return;
    entry.receipt = receipt;
    this.#acked.push(entry);
  }
}

export function keyOf(deviceId: string, recordId: string): string {
  return `${deviceId}/${recordId}`;
}

/** What must come back unchanged, as one short text. */
export function hashOf(timestamp: string, payload: object): string {
  return createHash('sha256')
    .update(`${timestamp}\n${stringifyExact(payload)}`)
    .digest('base64url');
}
