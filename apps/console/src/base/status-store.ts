import { getJson, RefusedError, tokenVersion, withParameters } from './client.js';
import { followEvents } from './event-stream.js';
import { Store } from './store.js';
import type { History, Status } from './types.js';

const RECONNECT_MS = 2_000;
/** One hour of the default step. */
const KEPT_POINTS = 720;

export interface Connection {
  isLive: boolean;
  /** For people. */
  text: string;
}

export const status = new Store<Status | undefined>(undefined);
export const connection = new Store<Connection>({ isLive: false, text: 'Connecting…' });
export const history = new Store<History | undefined>(undefined);

const nextToken = (): Promise<void> =>
  new Promise((resolve) => {
    const end = tokenVersion.subscribe(() => {
      end();
      resolve();
    });
  });
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Keeps {@link status} and {@link history} up to date while the page is open. */
export function followStatus(): void {
  void followSamples();
  void followHistory();
}

async function followSamples(): Promise<never> {
  for (;;) {
    try {
      await followEvents('status/events', new AbortController().signal, ({ name, data }) => {
        if (name !== 'status') return;
        status.set(data as Status);
        connection.set({ isLive: true, text: 'Live' });
      });
      connection.set({ isLive: false, text: 'The stream has ended; connecting again…' });
    } catch (error) {
      connection.set({ isLive: false, text: `Not live: ${(error as Error).message} Connecting again…` });
      if (error instanceof RefusedError && error.isAboutAccess) {
        connection.set({ isLive: false, text: 'Waiting for a token.' });
        await nextToken();
        continue;
      }
    }
    await pause(RECONNECT_MS);
  }
}

async function followHistory(): Promise<never> {
  for (;;) {
    try {
      const known = history.get();
      if (!document.hidden || known === undefined) history.set(await laterHistory(known));
    } catch (error) {
      if (error instanceof RefusedError && error.isAboutAccess) {
        await nextToken();
        continue;
      }
    }
    await pause((history.get()?.step_seconds ?? 5) * 1000);
  }
}

async function laterHistory(known: History | undefined): Promise<History> {
  const later = await getJson<History>(withParameters('status/history', { since: known?.at.at(-1) }));
  return known === undefined ? later : joined(known, later);
}

function joined(known: History, later: History): History {
  const both = Object.entries(later).map(([name, values]) => {
    const before = known[name as keyof History];
    return [name, Array.isArray(values) ? [...(before as unknown[]), ...values].slice(-KEPT_POINTS) : values];
  });
  return Object.fromEntries(both) as History;
}
