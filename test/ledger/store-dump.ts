import type { HttpClient } from '../support/http-client.js';
import { until } from '../support/until.js';
import type { StoredCopy } from './check.js';

/** All stored records whose device id begins with the prefix, through the paths that people use. */
export async function storedCopies(client: HttpClient, prefix: string): Promise<StoredCopy[]> {
  const copies = await copiesOf(client, {});
  return copies.filter(({ device_id: deviceId }) => deviceId.startsWith(prefix));
}

async function copiesOf(client: HttpClient, filter: Record<string, string>): Promise<StoredCopy[]> {
  const copies: StoredCopy[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const parameters = new URLSearchParams({ ...filter, limit: '1000', ...(cursor === '' ? {} : { cursor }) });
    const { status, body } = await client.get(`/records?${parameters}`);
    if (status !== 200) throw new Error(`GET /records answered ${status}: ${JSON.stringify(body)}`);
    copies.push(...(body.records as StoredCopy[]));
    cursor = body.next_cursor as string | null;
  }
  return copies;
}

/** All stored records of these devices, through the paths that people use. */
export async function storedCopiesOf(client: HttpClient, deviceIds: readonly string[]): Promise<StoredCopy[]> {
  const copies: StoredCopy[] = [];
  for (const deviceId of deviceIds) copies.push(...(await copiesOf(client, { device_id: deviceId })));
  return copies;
}

/** Waits until nothing is in the buffer any more. */
export async function untilDrained(client: HttpClient): Promise<void> {
  const isDrained = async (): Promise<true | undefined> => {
    const { status, body } = await client.get('/check-buffer?limit=1');
    return (status === 200 && body.waiting === 0) || undefined;
  };
  await until('the buffer is empty', isDrained, { tries: 1200 });
}
