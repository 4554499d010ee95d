import { parseExact } from './exact-json.js';
import { Store } from './store.js';

/** Kept for this tab only, and removed with it. */
const TOKEN_KEY = 'sluice-token';

/** How often a request is repeated that comes when all places are taken. */
const TURNS = 3;

interface Problem {
  title?: string;
  detail?: string;
  code?: string;
  errors?: { pointer: string; detail: string }[];
}

/** The service refuses the request: its status, and its problem if there is one. */
export class RefusedError extends Error {
  readonly code: string | undefined;
  readonly errors: { pointer: string; detail: string }[];

  constructor(
    readonly status: number,
    problem: Problem | undefined,
  ) {
    super(problem?.detail ?? `The address answers ${status}.`);
    this.code = problem?.code;
    this.errors = problem?.errors ?? [];
  }

  /** Whether another token would help. */
  get isAboutAccess(): boolean {
    return this.status === 401 || this.status === 403;
  }
}

/** Changes with each new token: refused requests are then repeated. */
export const tokenVersion = new Store(0);

/** Whether the service has refused a request without a valid token: `undefined` while it has not. */
export const accessWanted = new Store<RefusedError | undefined>(undefined);

export function hasToken(): boolean {
  return sessionStorage.getItem(TOKEN_KEY) !== null;
}

/** @param token empty: removes it */
export function keepToken(token: string): void {
  if (token === '') sessionStorage.removeItem(TOKEN_KEY);
  else sessionStorage.setItem(TOKEN_KEY, token);
  accessWanted.set(undefined);
  tokenVersion.set(tokenVersion.get() + 1);
}

/**
 * Sends a request to this address. Paths are relative to the page, so that the console works behind a prefix of a proxy.
 *
 * @param path without a slash at its beginning
 * @throws RefusedError for every status but 2xx; TypeError if nothing answers
 */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  let response = await request(path, init);
  for (let turn = 0; response.status === 429 && turn < TURNS; turn++) {
    await pause(Number(response.headers.get('retry-after') ?? 1) * 1000);
    response = await request(path, init);
  }
  if (response.ok) return response;
  const refused = new RefusedError(response.status, await problemOf(response));
  if (refused.status === 401) accessWanted.set(refused);
  throw refused;
}

function request(path: string, init: RequestInit): Promise<Response> {
  const token = sessionStorage.getItem(TOKEN_KEY);
  const headers = { ...(token !== null && { authorization: `Bearer ${token}` }), ...init.headers };
  return fetch(path, { cache: 'no-store', ...init, headers });
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function problemOf(response: Response): Promise<Problem | undefined> {
  try {
    return (await response.json()) as Problem;
  } catch {
    return undefined;
  }
}

/** @throws RefusedError, TypeError */
export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await ask(path, signal === undefined ? {} : { signal });
  return parseExact(await response.text()) as T;
}

/** @throws RefusedError, TypeError */
export async function postJson<T>(path: string, body: unknown): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  const response = await ask(path, { method: 'POST', headers, body: JSON.stringify(body) });
  return parseExact(await response.text()) as T;
}

/** A path with parameters; empty ones are left out. */
export function withParameters(
  path: string,
  parameters: Readonly<Record<string, string | number | undefined>>,
): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== '');
  const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return query === '' ? path : `${path}?${query}`;
}
