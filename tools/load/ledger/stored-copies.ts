import { type HttpClient, storedRecords, until } from '@sluice/test-kit';
import type { StoredCopy } from './check.js';

/** Reads what is stored of these devices. */
export type ReadStored = (deviceIds: readonly string[]) => Promise<StoredCopy[]>;

/** A server may tidy its files up under a long read, which then ends in the middle. */
const READING = { tries: 5, everyMs: 2000 };

/**
 * All stored records of these devices, in one pass over the collection.
 *
 * @param print runs `tools/proof/stack/stored-copies.mjs` to its end and gives what it has printed
 */
export async function storedCopiesFrom(
  print: () => Promise<string>,
  deviceIds: readonly string[],
): Promise<StoredCopy[]> {
  const printed = await until('everything that is stored has been read', print, READING);
  const devices = new Set(deviceIds);
  const lines = printed.split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as StoredCopy).filter(({ device_id: deviceId }) => devices.has(deviceId));
}

/** All stored records of these devices, through the paths that people use. */
export async function storedCopiesOf(client: HttpClient, deviceIds: readonly string[]): Promise<StoredCopy[]> {
  const copies: StoredCopy[] = [];
  for (const deviceId of deviceIds) copies.push(...(await storedRecords(client, deviceId)));
  return copies;
}

/** Resolves when the buffer is empty. */
export async function untilDrained(client: HttpClient): Promise<void> {
  const isDrained = async (): Promise<true | undefined> => {
    const { status, body } = await client.get('/check-buffer?limit=1');
    return (status === 200 && body.waiting === 0) || undefined;
  };
  await until('the buffer is empty', isDrained, { tries: 6000 });
}
