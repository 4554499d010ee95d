import type { HttpClient } from './http-client.js';

/** Ids of all stored records of a device, page by page. */
export async function storedIds(client: HttpClient, deviceId: string): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const parameters = new URLSearchParams({
      device_id: deviceId,
      limit: '1000',
      ...(cursor === null ? {} : { cursor }),
    });
    const { status, body } = await client.get(`/records?${parameters}`);
    if (status !== 200) throw new Error(`GET /records answered ${status}: ${JSON.stringify(body)}`);
    ids.push(...(body.records as { record_id: string }[]).map(({ record_id: id }) => id));
    cursor = body.next_cursor as string | null;
  } while (cursor !== null);
  return ids;
}
