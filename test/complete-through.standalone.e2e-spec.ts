import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { HttpClient, Standalone, until } from '@sluice/test-kit';

jest.setTimeout(120_000);

const SENDERS = 8;
const REQUESTS_OF_SENDER = 150;
const RECORDS_OF_REQUEST = 20;
/** On a busy machine it takes more requests until so many windows have been read. */
const LEAST_WINDOWS = 11;
const MARGIN_MS = 1_000;
const WINDOW_MS = 1_500;

let standalone: Standalone;
let client: HttpClient;

beforeAll(async () => {
  standalone = await Standalone.start({ PUBLISH_TIMEOUT_MS: String(MARGIN_MS), CLOCK_TOLERANCE_MS: '0' });
  client = new HttpClient(standalone.baseUrl);
}, 120_000);
afterAll(() => standalone.dispose());

/** What was received in the last part of what is complete, when it was read. */
interface Window {
  from: string;
  to: string;
  keys: Set<string>;
}

interface Page {
  complete_through: string | null;
  records: { device_id: string; record_id: string }[];
  next_cursor: string | null;
}

async function page(search: string): Promise<Page> {
  const { status, body } = await client.get(`/records?${search}`);
  expect(status).toBe(200);
  return body as Page;
}

async function keysOf(from: string, to: string): Promise<Set<string>> {
  const keys = new Set<string>();
  for (let cursor: string | null = ''; cursor !== null;) {
    const search = `order=received_at&limit=1000&received_from=${from}&received_to=${to}`;
    const found: Page = await page(search + (cursor && `&cursor=${cursor}`));
    for (const { device_id, record_id } of found.records) keys.add(`${device_id}/${record_id}`);
    cursor = found.next_cursor;
  }
  return keys;
}

async function readWindow(): Promise<Window | undefined> {
  const { complete_through } = await page('limit=1');
  if (complete_through === null) return undefined;
  const throughMs = Date.parse(complete_through);
  const [from, to] = [throughMs - WINDOW_MS, throughMs + 1].map((ms) => new Date(ms).toISOString()) as [string, string];
  return { from, to, keys: await keysOf(from, to) };
}

/** @param goesOn asked after the least number of requests */
async function send(sender: number, goesOn: () => boolean): Promise<void> {
  for (let request = 0; request < REQUESTS_OF_SENDER || goesOn(); request++) {
    const records = Array.from({ length: RECORDS_OF_REQUEST }, (_, n) => ({
      device_id: `dev-${(sender * 7 + n) % 40}`,
      record_id: `${sender}-${request}-${n}`,
      timestamp: '2025-09-09T17:00:00Z',
      data_payload: { n },
    }));
    const { status } = await client.post('/ingest', records);
    expect(status).toBe(202);
  }
}

it('Nothing that was received up to complete_through is missing from what is read after it, under load', async () => {
  let isOver = false;
  const windows: Window[] = [];
  const read = async (): Promise<void> => {
    while (!isOver) {
      const window = await readWindow();
      if (window !== undefined) windows.push(window);
    }
  };
  const readers = [read(), read()];
  await Promise.all(Array.from({ length: SENDERS }, (_, sender) => send(sender, () => windows.length < LEAST_WINDOWS)));
  // Some of what was sent last has to be in a window.
  const lastMs = Date.now();
  await until(async () => Date.parse((await page('limit=1')).complete_through ?? '') >= lastMs);
  isOver = true;
  await Promise.all(readers);
  let seen = 0;
  for (const { from, to, keys } of windows) {
    expect(await keysOf(from, to)).toEqual(keys);
    seen += keys.size;
  }
  expect(seen).toBeGreaterThan(SENDERS * REQUESTS_OF_SENDER);
});
