import type { StoredRecord } from '@sluice/contracts';
import type { HttpClient } from './http-client.js';
import { until } from './until.js';

/** A busy store may answer a page with a timeout: the page is requested again. */
const PATIENCE = { tries: 60, everyMs: 1000 };

interface Page {
  records: StoredRecord[];
  next_cursor: string | null;
}

/** All stored records of a device, page by page, through the path that people use. */
export async function storedRecords(client: HttpClient, deviceId: string): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  let cursor: string | null = null;
  do {
    const parameters = new URLSearchParams({
      device_id: deviceId,
      limit: '1000',
      ...(cursor === null ? {} : { cursor }),
    });
    const page: Page = await until('a page of records is answered', () => pageOf(client, parameters), PATIENCE);
    records.push(...page.records);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return records;
}

async function pageOf(client: HttpClient, parameters: URLSearchParams): Promise<Page> {
  const { status, body } = await client.get(`/records?${parameters}`);
  if (status !== 200) throw new Error(`GET /records answered ${status}: ${JSON.stringify(body)}`);
  return body as unknown as Page;
}

export async function storedIds(client: HttpClient, deviceId: string): Promise<string[]> {
  return (await storedRecords(client, deviceId)).map(({ record_id: id }) => id);
}
