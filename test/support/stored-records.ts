import type { StoredRecord } from '#contracts';
import type { HttpClient } from './http-client.js';

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
    const { status, body } = await client.get(`/records?${parameters}`);
    if (status !== 200) throw new Error(`GET /records answered ${status}: ${JSON.stringify(body)}`);
    records.push(...(body.records as StoredRecord[]));
    cursor = body.next_cursor as string | null;
  } while (cursor !== null);
  return records;
}

export async function storedIds(client: HttpClient, deviceId: string): Promise<string[]> {
  return (await storedRecords(client, deviceId)).map(({ record_id: id }) => id);
}
