/** A token and its lifetime. */
export interface BearerToken {
  value: string;
  /** Milliseconds since 1970. */
  expiresAtMs: number;
}

/** A token with less time left than this is no longer sent to a broker: the broker ends the session with the token. */
const RENEW_BEFORE_MS = 60_000;
/** For a token with a short life, this share of it: brokers refuse a login within a second of the last one. */
const RENEW_SHARE = 0.5;

/** A token for all connections, renewed before it expires. Concurrent attempts share one request. */
export class TokenSource {
  #token: BearerToken | undefined;
  #renewAtMs = 0;
  #request: Promise<BearerToken> | undefined;

  constructor(
    private readonly request: () => Promise<BearerToken>,
    private readonly now: () => number = Date.now,
  ) {}

  /** While a new token cannot be obtained, the old one is returned until it expires. @throws the error of the request */
  async token(): Promise<string> {
    if (this.#token !== undefined && this.now() < this.#renewAtMs) return this.#token.value;
    try {
      return (await (this.#request ??= this.renew())).value;
    } catch (error) {
      if (this.#token !== undefined && this.now() < this.#token.expiresAtMs) return this.#token.value;
      throw error;
    }
  }

  private async renew(): Promise<BearerToken> {
    try {
      const token = await this.request();
      const leftMs = token.expiresAtMs - this.now();
      this.#renewAtMs = token.expiresAtMs - Math.min(RENEW_BEFORE_MS, leftMs * RENEW_SHARE);
      this.#token = token;
      return token;
    } finally {
      this.#request = undefined;
    }
  }
}
