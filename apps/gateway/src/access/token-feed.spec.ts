import { afterEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { AccessGate, issueToken, RateLimits, TokenFeed, type Token } from '@sluice/ingest';
import type { JsonObject } from '@sluice/contracts';
import { DEFAULT_NAMES, type EventLog } from '@sluice/event-log';
import { RecordStoreError, TokenStore, type StoredToken, type TokenUse } from '@sluice/record-store';
import type { Clock } from '@sluice/async';
import { defaultsOf } from '@sluice/settings';
import { FakeClock } from '@sluice/test-kit';
import { gatewayHealth } from '../gateway-health.js';
import { ACCESS_SETTINGS } from './access.settings.js';

class FakeTokenStore extends TokenStore {
  isAvailable = true;
  stored: StoredToken[] = [];
  lists = 0;
  number = 0;
  readonly uses: TokenUse[] = [];

  hold(...tokens: Token[]): void {
    this.stored = tokens.map(({ id, version, ...content }) => ({
      id,
      version,
      content: content as unknown as JsonObject,
    }));
    this.number++;
  }

  async revision(): Promise<string> {
    if (!this.isAvailable) throw new RecordStoreError('unavailable', 'The store is away.');
    return String(this.number);
  }

  async list(): Promise<StoredToken[]> {
    this.lists++;
    return this.stored;
  }

  async put(): Promise<boolean> {
    throw new Error('this suite claims no tokens');
  }

  async noteUses(uses: readonly TokenUse[]): Promise<void> {
    this.uses.push(...uses);
  }

  async lastUses(): Promise<Map<string, number>> {
    return new Map(this.uses.map(({ id, atMs }) => [id, atMs]));
  }

  async close(): Promise<void> {}
}

const feeds: TokenFeed[] = [];
afterEach(() => Promise.all(feeds.splice(0).map((feed) => feed.stop())));

function setUp() {
  const [store, clock] = [new FakeTokenStore(), new FakeClock()];
  const lines: { msg: string }[] = [];
  const logger = pino({ level: 'debug' }, { write: (line) => lines.push(JSON.parse(line) as { msg: string }) });
  const feed = new TokenFeed(store, clock, logger);
  feeds.push(feed);
  const { token, text } = issueToken({ kind: 'device', deviceId: 'dev-2' }, clock.now());
  const connection = {};
  const isTaken = () => typeof feed.tokens.authenticate(`Bearer ${text}`, clock.now(), connection) === 'object';
  return { store, clock, lines, feed, token, isTaken };
}

describe('TokenFeed', () => {
  it('TokenFeed reads the tokens when it starts, and again only when something has changed', async () => {
    const { store, feed, token, isTaken } = setUp();
    store.hold(token);
    await feed.start();
    expect([isTaken(), feed.isLoaded, feed.staleSeconds]).toEqual([true, true, 0]);
    await feed.refresh();
    expect(store.lists).toBe(1);
    store.hold();
    await feed.refresh();
    expect([store.lists, isTaken()]).toEqual([2, false]);
  });

  it('TokenFeed stores once an hour which tokens were used', async () => {
    const { store, clock, feed, token, isTaken } = setUp();
    store.hold(token);
    await feed.start();
    await feed.refresh();
    expect(store.uses).toEqual([]);
    const firstMs = clock.now();
    isTaken();
    isTaken();
    await feed.refresh();
    clock.advance(60_000);
    isTaken();
    await feed.refresh();
    expect(store.uses).toEqual([{ id: token.id, atMs: firstMs }]);
    clock.advance(3_600_000);
    isTaken();
    await feed.refresh();
    expect(store.uses.at(-1)).toEqual({ id: token.id, atMs: clock.now() });
    clock.advance(7_200_000);
    await feed.refresh();
    expect(store.uses).toHaveLength(2);
  });

  it('TokenFeed ends a token at its expiry, also on a connection that has already presented it', async () => {
    const { store, clock, feed, token, isTaken } = setUp();
    store.hold({ ...token, expiresAtMs: clock.now() + 1000 });
    await feed.start();
    expect([isTaken(), isTaken()]).toEqual([true, true]);
    clock.advance(999);
    expect(isTaken()).toBe(true);
    clock.advance(1);
    expect(isTaken()).toBe(false);
  });

  it('TokenFeed keeps the last tokens while the store is down, and reports it once and for how long', async () => {
    const { store, clock, feed, token, lines, isTaken } = setUp();
    store.hold(token);
    await feed.refresh();
    store.isAvailable = false;
    clock.advance(5_000);
    await feed.refresh();
    await feed.refresh();
    expect([isTaken(), feed.staleSeconds]).toEqual([true, 5]);
    expect(lines.map(({ msg }) => msg)).toEqual(['the tokens cannot be read: the last known tokens stay valid']);
    store.isAvailable = true;
    await feed.refresh();
    expect(feed.staleSeconds).toBe(0);
    expect(lines.at(-1)!.msg).toBe('the tokens are up to date again');
  });

  it('TokenFeed refuses all requests before the tokens were read once', async () => {
    const { store, feed, token, lines, isTaken } = setUp();
    store.hold(token);
    store.isAvailable = false;
    await feed.start();
    expect([isTaken(), feed.isLoaded]).toEqual([false, false]);
    expect(lines[0]!.msg).toBe('the tokens cannot be read: all requests are refused until they are');
  });

  it('TokenFeed has one read in progress at a time', async () => {
    const { store, feed, token } = setUp();
    store.hold(token);
    await Promise.all([feed.refresh(), feed.refresh(), feed.refresh()]);
    expect(store.lists).toBe(1);
  });
});

describe('Readiness', () => {
  const log = { ping: async () => {}, requireTopics: async () => {}, names: DEFAULT_NAMES } as unknown as EventLog;

  function tokensCheck(feed: TokenFeed, clock: Clock) {
    const gate = new AccessGate(
      defaultsOf(ACCESS_SETTINGS),
      feed,
      new RateLimits(defaultsOf(ACCESS_SETTINGS), clock),
      clock,
    );
    return gatewayHealth(log, gate).ready.find(({ name }) => name === 'tokens')!;
  }

  it('Readiness is red until the tokens are read, and reports what it is waiting for', async () => {
    const { store, clock, feed } = setUp();
    store.isAvailable = false;
    await feed.refresh();
    expect(() => tokensCheck(feed, clock).check()).toThrow(
      'the tokens are not read yet: the record store does not answer',
    );
  });

  it('Readiness stays green with the last tokens, and reports how old they may be', async () => {
    const { store, clock, feed, token } = setUp();
    store.hold(token);
    await feed.refresh();
    expect(tokensCheck(feed, clock).check()).toEqual({ count: 1 });
    store.isAvailable = false;
    clock.advance(7_000);
    await feed.refresh();
    expect(tokensCheck(feed, clock).check()).toMatchObject({ count: 1, stale_seconds: 7 });
  });
});
