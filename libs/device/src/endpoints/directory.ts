import type { Clock, Random } from '../clock.js';
import { DeviceError } from '../device-error.js';
import type { HttpAnswer, Wire } from '../delivery/wire.js';
import { readJson } from '../read-json.js';
import type { Signals } from '../signals.js';
import { baseUrl } from './base-url.js';
import type { Endpoints, ListedEndpoint } from './endpoints.js';

/** After a look-up that failed, and at the earliest after one when an endpoint fails. */
const RETRY_MS = 10_000;
const MIN_TTL_MS = 1000;
const MAX_TTL_MS = 86_400_000;

/**
 * Asks the gateways which endpoints this device should use: `GET /endpoints?device_id=...`. Looked up before a request when
 * the last answer has expired, never by a timer. While no gateway answers, the last list stays in use.
 */
export class Directory {
  private nextLookUpMs = 0;
  private lastLookUpMs = -Infinity;
  private etag: string | undefined;
  private version: unknown;
  private ttlMs = MIN_TTL_MS;
  /** Gateways that have failed to answer since one did. */
  private readonly silent = new Set<string>();
  /** What the device was set up with. */
  private readonly seeds: readonly ListedEndpoint[];

  constructor(
    private readonly deviceId: string,
    private readonly endpoints: Endpoints,
    private readonly wire: Wire,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly signals: Signals,
  ) {
    this.seeds = endpoints.urls.map((url) => ({ url, draining: false }));
  }

  isDue(nowMs: number): boolean {
    return nowMs >= this.nextLookUpMs;
  }

  /** An endpoint failed or drains: the list may have changed. */
  expire(): void {
    this.nextLookUpMs = Math.min(this.nextLookUpMs, this.lastLookUpMs + RETRY_MS);
  }

  /** Never rejects. */
  async lookUp(): Promise<void> {
    this.lastLookUpMs = this.clock.elapsed();
    try {
      this.takeOver(await this.ask());
      this.silent.clear();
    } catch (error) {
      this.askAgainIn(RETRY_MS);
      this.signals.log(
        'warn',
        (error as DeviceError).code,
        `The endpoint directory did not answer: ${(error as Error).message}`,
      );
    }
  }

  private ask(): Promise<HttpAnswer> {
    const base = this.nextGateway();
    this.silent.add(base);
    return this.wire.exchange(`${base}/endpoints?device_id=${encodeURIComponent(this.deviceId)}`, {
      method: 'GET',
      // When to ask again is decided here, not by a browser's cache.
      cache: 'no-store',
      headers: { accept: 'application/json', ...(this.etag && { 'if-none-match': this.etag }) },
    });
  }

  /** Another one after each failure: the one in use, the others, then those that the device was set up with. */
  private nextGateway(): string {
    const inUse = this.endpoints.pick(this.lastLookUpMs)?.url;
    const candidates = [...(inUse ? [inUse] : []), ...this.endpoints.urls, ...this.seeds.map(({ url }) => url)];
    const untried = candidates.find((url) => !this.silent.has(url));
    if (untried === undefined) this.silent.clear();
    return untried ?? candidates[0]!;
  }

  private takeOver({ status, headers, text }: HttpAnswer): void {
    if (status === 304 && this.etag !== undefined) return this.askAgainIn(this.ttlMs);
    const answer = status === 200 ? readDirectory(text) : undefined;
    if (answer === undefined) {
      throw new DeviceError('unexpected-answer', `status ${status}, and no endpoint list that can be used`);
    }
    this.etag = headers.get('etag') ?? undefined;
    this.ttlMs = Math.min(Math.max(answer.ttlSeconds * 1000, MIN_TTL_MS), MAX_TTL_MS);
    this.askAgainIn(this.ttlMs);
    this.endpoints.replace(answer.endpoints.length > 0 ? answer.endpoints : this.seeds);
    if (answer.version === this.version) return;
    this.version = answer.version;
    this.signals.log(
      'info',
      'directory-changed',
      `Endpoint list ${String(answer.version)}: ${this.endpoints.urls.join(', ')}`,
    );
  }

  /** Up to a tenth later, so that a fleet does not ask in step. */
  private askAgainIn(delayMs: number): void {
    this.nextLookUpMs = this.lastLookUpMs + delayMs * (1 + this.random() / 10);
  }
}

interface DirectoryAnswer {
  version: unknown;
  endpoints: readonly ListedEndpoint[];
  ttlSeconds: number;
}

/** `undefined` if anything about it is wrong: half a list would move devices for no reason. An empty one says that there is none. */
function readDirectory(text: string): DirectoryAnswer | undefined {
  const { version, endpoints, ttl_seconds: ttl } = parseObject(text);
  if (!Array.isArray(endpoints) || typeof ttl !== 'number' || !(ttl > 0)) return undefined;
  const listed = endpoints.map((entry: unknown) => readEndpoint(entry));
  const urls = new Set(listed.map((entry) => entry?.url));
  if (urls.has(undefined) || urls.size < listed.length) return undefined;
  return { version, endpoints: listed as ListedEndpoint[], ttlSeconds: ttl };
}

function readEndpoint(entry: unknown): ListedEndpoint | undefined {
  const { url, draining } = (entry ?? {}) as Record<string, unknown>;
  const base = baseUrl(url);
  return base === undefined ? undefined : { url: base, draining: draining === true };
}

function parseObject(text: string): Record<string, unknown> {
  try {
    return Object(readJson(text)) as Record<string, unknown>;
  } catch {
    return {};
  }
}
