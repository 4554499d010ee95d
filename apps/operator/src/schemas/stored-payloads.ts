import { decodeUtf8, type JsonObject, parseJson, type StoredRecord } from '@sluice/contracts';
import { readApiConfig } from '../api/api.settings.js';
import { CommandError } from '../command.js';

const PAGE_RECORDS = 1000;
/** Number of records that are scanned for each requested one, before the search ends. */
const MAX_SCANNED_FOR_EACH = 100;

/** A service that runs, as the environment names it. */
export interface RunningService {
  /** Without a slash at its end. */
  url: string;
  /** Empty: none is sent. */
  token: string;
}

/** By `SLUICE_URL` and `SLUICE_TOKEN`, or `SLUICE_TOKEN_FILE`. @throws ConfigError */
export function serviceOf(env: NodeJS.ProcessEnv): RunningService {
  const { sluiceUrl, sluiceToken } = readApiConfig(env);
  return { url: sluiceUrl.replace(/\/$/, ''), token: sluiceToken };
}

/**
 * The newest stored records of some devices.
 *
 * @param count at most; fewer if they are not among the newest of all devices
 * @throws CommandError if the service does not answer as it should
 */
export async function* lastRecords(
  service: RunningService,
  count: number,
  isWanted: (deviceId: string) => boolean,
): AsyncGenerator<StoredRecord, void> {
  let [left, scanned, cursor] = [count, 0, ''];
  while (left > 0 && scanned < count * MAX_SCANNED_FOR_EACH) {
    const page = await pageOf(service, cursor);
    for (const record of page.records) {
      if (!isWanted(record.device_id) || left === 0) continue;
      left--;
      yield record;
    }
    scanned += page.records.length;
    if (page.next_cursor === null) return;
    cursor = page.next_cursor;
  }
}

interface RecordsPage {
  records: StoredRecord[];
  next_cursor: string | null;
}

async function pageOf({ url, token }: RunningService, cursor: string): Promise<RecordsPage> {
  const search = new URLSearchParams({ limit: String(PAGE_RECORDS), ...(cursor !== '' && { cursor }) });
  const headers: Record<string, string> = token === '' ? {} : { authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}/records?${search}`, { headers }).catch(() => undefined);
  if (answer === undefined)
    throw new CommandError(`${url} does not answer; set SLUICE_URL to the address of the service.`);
  const text = decodeUtf8(Buffer.from(await answer.arrayBuffer()));
  const parsed = parseJson(text ?? '');
  if (answer.ok && parsed.ok) return parsed.value as RecordsPage;
  const detail = parsed.ok ? String((parsed.value as JsonObject)['detail']) : 'the answer is not JSON';
  throw new CommandError(`${url}/records answers ${answer.status}: ${detail} SLUICE_TOKEN needs the scope read.`);
}
