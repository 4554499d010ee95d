/** A token, and how long it is good. */
export interface BearerToken {
  value: string;
  /** Milliseconds since 1970. */
  expiresAtMs: number;
}

/** A token that has so little left is not shown to a broker any more: the broker ends the session with the token. */
const RENEW_BEFORE_MS = 60_000;
/** Of a token with a short life, this share of it: brokers refuse a login that comes within a second of the last one. */
const RENEW_SHARE = 0.5;

/** A token for all connections, got again before it expires. Attempts that come together share one request. */
export class TokenSource {
  #token: BearerToken | undefined;
  #renewAtMs = 0;
  #request: Promise<BearerToken> | undefined;

  constructor(
    private readonly request: () => Promise<BearerToken>,
    private readonly now: () => number = Date.now,
  ) {}

  /** While a new token cannot be had, the old one is given as long as it is good. @throws what the request throws */
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
