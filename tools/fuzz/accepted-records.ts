import { HttpClient } from '@sluice/test-kit';
import { keyOf } from '../load/ledger/ledger.js';
import { untilDrained } from '../load/ledger/stored-copies.js';
import { readExactly, type ReadValue } from './exact-value.js';

const PAGE = 500;

/** What was accepted, and what is to be found of it. */
export class AcceptedRecords {
  /** By device and record: what was sent under this key. More than one, where a key was used for different records. */
  private readonly sent = new Map<string, Set<string>>();

  /** By device: what may have been accepted, because no answer came. */
  private readonly unknown = new Map<string, string>();

  get count(): number {
    return this.sent.size;
  }

  /** @param record what was sent, as the second reader read it */
  add(record: ReadValue, recordId: string): void {
    const key = keyOf(textOf(record, 'device_id'), recordId);
    this.sent.set(key, (this.sent.get(key) ?? new Set()).add(contentOf(record)));
  }

  /** @param record one that a device has sent without an answer */
  addUnknown(record: ReadValue): void {
    this.unknown.set(textOf(record, 'device_id'), contentOf(record));
  }

  /**
   * Waits until everything is stored, and compares: each accepted record is there, as it was sent, and nothing else is.
   *
   * @returns what is wrong
   */
  async verify(baseUrl: string): Promise<string[]> {
    await untilDrained(new HttpClient(baseUrl));
    const stored = await this.stored(baseUrl);
    const wrong = [...this.sent].map(([key, contents]) => faultOf(key, contents, stored.get(key)));
    const unsent = [...stored].filter(([key, content]) => !this.sent.has(key) && !this.isUnknown(key, content));
    return [...wrong.filter((fault) => fault !== undefined), ...unsent.map(([key]) => `${key} was never accepted`)];
  }

  private isUnknown(key: string, content: string): boolean {
    return this.unknown.get(key.slice(0, key.indexOf('/'))) === content;
  }

  private async stored(baseUrl: string): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for (let cursor: string | null = ''; cursor !== null;) {
      const after: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const text = await (await fetch(`${baseUrl}/records?limit=${PAGE}${after}`)).text();
      for (const record of readExactly(text)!.members!.get('records')!.items!) {
        found.set(keyOf(textOf(record, 'device_id'), textOf(record, 'record_id')), contentOf(record));
      }
      cursor = (JSON.parse(text) as { next_cursor: string | null }).next_cursor;
    }
    return found;
  }
}

function faultOf(key: string, sent: ReadonlySet<string>, stored: string | undefined): string | undefined {
  if (stored === undefined) return `${key} was accepted and is not stored`;
  return sent.has(stored) ? undefined : `${key} was stored as ${stored}, sent as ${[...sent].join(' or ')}`;
}

/** What has to come back as it was sent. */
function contentOf(record: ReadValue): string {
  const { members } = record;
  // A timestamp in another format than RFC 3339 comes back in a separate field.
  const sent = members!.get('timestamp_sent') ?? members!.get('timestamp');
  return `${textOfTime(sent!)} ${members!.get('data_payload')!.exact}`;
}

function textOf(record: ReadValue, name: string): string {
  return JSON.parse(record.members!.get(name)!.exact!) as string;
}

/** A number that was sent comes back as its text. */
function textOfTime({ exact }: ReadValue): string {
  return String(exact).replaceAll('"', '');
}
