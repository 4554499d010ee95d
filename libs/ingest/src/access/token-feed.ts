import type { Clock } from '@sluice/async';
import type { JsonObject } from '@sluice/contracts';
import { RecordStoreError, type TokenStore } from '@sluice/record-store';
import type { IngestLogger } from '../logger.js';
import { type KnownToken, KnownTokens } from './known-tokens.js';
import { claimHashOf } from './claim-code.js';
import { claimToken, type IssuedToken, type Token, tokenFrom } from './token.js';

/** A change holds everywhere within 10 s; the rest of that is for a store that is slow. */
const REFRESH_MS = 3000;
/** The last use of a token is stored at most once in this time: it serves people who look for unused tokens. */
const USE_RESOLUTION_MS = 3_600_000;

/**
 * Keeps the tokens in memory in step with the store. While the store is unavailable, the last tokens stay valid; before the first
 * read, every request that needs a token is refused.
 */
export class TokenFeed {
  readonly tokens = new KnownTokens();
  #revision: string | undefined;
  /** When the use of each token was written down last. */
  readonly #notedMs = new Map<string, number>();
  #seenAtMs = 0;
  #isFailing = false;
  #timer: NodeJS.Timeout | undefined;
  #refreshing: Promise<void> | undefined;
  #isStopped = false;
  #onChange = (): void => undefined;

  constructor(
    private readonly store: TokenStore,
    private readonly clock: Clock,
    private readonly logger: IngestLogger,
  ) {}

  get isLoaded(): boolean {
    return this.#revision !== undefined;
  }

  /** Whole seconds since the store was last seen, 0 while it answers; that long, a revocation may be missing. */
  get staleSeconds(): number {
    return this.#isFailing ? Math.ceil((this.clock.monotonicMs() - this.#seenAtMs) / 1000) : 0;
  }

  /** Resolves after the first attempt to read the tokens; continues until the end of the process. */
  async start(): Promise<void> {
    await this.refresh();
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => void this.start(), REFRESH_MS).unref();
  }

  /** Calls back after each change of the tokens. One listener. */
  onChange(listener: () => void): void {
    this.#onChange = listener;
  }

  /** Reads what has changed. Never fails: what is wrong is in the log and in {@link staleSeconds}. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.read()
      .then(
        () => this.seen(),
        (error: Error) => this.failed(error),
      )
      .finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  /** The tokens that this process knows, with their last use in any process; while the store is away, in this one. */
  async list(): Promise<KnownToken[]> {
    const uses = await this.store.lastUses().catch(() => new Map<string, number>());
    return this.tokens
      .list()
      .map((known) => ({ ...known, usedAtMs: Math.max(known.usedAtMs, uses.get(known.token.id) ?? 0) }));
  }

  /**
   * Gives the token that waits for this code its first text. Of several that ask at one time, in any process, one gets it: the store
   * takes one next version.
   *
   * @returns `undefined` if the code is wrong, used up or over, or its token is revoked
   * @throws RecordStoreError `unavailable`: the code may be used up then
   */
  async claim(code: string): Promise<IssuedToken | undefined> {
    const hash = claimHashOf(code);
    if (hash === undefined) return undefined;
    const waiting = await this.claimable(hash);
    if (waiting === undefined) return undefined;
    const issued = claimToken(waiting);
    const { id, version, ...content } = issued.token;
    const isStored = await this.store.put({ id, version, content: content as unknown as JsonObject });
    await this.refresh();
    return isStored ? issued : undefined;
  }

  /** What was made a moment ago may not be known here yet. */
  private async claimable(hash: string): Promise<Token | undefined> {
    const known = this.tokens.claimable(hash, this.clock.now());
    if (known !== undefined) return known;
    await this.#refreshing;
    await this.refresh();
    const made = this.tokens.claimable(hash, this.clock.now());
    if (made !== undefined || !this.#isFailing) return made;
    throw new RecordStoreError('unavailable', 'The tokens cannot be read.');
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.store.close();
    await this.#refreshing;
  }

  /** The revision is read first, so that the list is at least as new. */
  private async read(): Promise<void> {
    const revision = await this.store.revision();
    if (this.isLoaded) await this.noteUses().catch(() => undefined);
    if (revision === this.#revision) return;
    const stored = await this.store.list();
    const tokens = stored.map(tokenFrom).filter((token) => token !== undefined);
    if (tokens.length < stored.length) {
      this.logger.warn({ unreadable: stored.length - tokens.length }, 'tokens of another version grant no access');
    }
    this.tokens.replace(tokens);
    this.#revision = revision;
    this.#onChange();
  }

  /** What cannot be written now is written the next time. */
  private async noteUses(): Promise<void> {
    const nowMs = this.clock.now();
    const used = this.tokens
      .usedSince(nowMs - USE_RESOLUTION_MS)
      .filter(({ id }) => nowMs - (this.#notedMs.get(id) ?? 0) >= USE_RESOLUTION_MS);
    if (used.length === 0) return;
    await this.store.noteUses(used);
    for (const { id } of used) this.#notedMs.set(id, nowMs);
  }

  private seen(): void {
    if (this.#isFailing) this.logger.warn({ tokens: this.tokens.count }, 'the tokens are up to date again');
    this.#isFailing = false;
    this.#seenAtMs = this.clock.monotonicMs();
  }

  private failed(error: Error): void {
    if (this.#isStopped || this.#isFailing) return;
    this.#isFailing = true;
    if (!this.isLoaded) this.#seenAtMs = this.clock.monotonicMs();
    const consequence = this.isLoaded ? 'the last known tokens stay valid' : 'all requests are refused until they are';
    this.logger.warn({ reason: error.message }, `the tokens cannot be read: ${consequence}`);
  }
}
