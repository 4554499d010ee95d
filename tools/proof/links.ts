/** The ways between two services that the proof's compose file leads through its `links` container. */
export const LINK_NAMES = [
  'gateway-kafka',
  'worker-kafka',
  'naive-kafka',
  'worker-store',
  'naive-store',
  'gateway-query',
] as const;
export type LinkName = (typeof LINK_NAMES)[number];

/** What each mode does to the bytes: see `stack/links/link.mjs`. */
export type LinkMode =
  { mode: 'open' | 'cut' | 'silent' | 'unanswered' } | { mode: 'hold' | 'swallow'; api: KafkaApi; after?: KafkaApi };

type KafkaApi = 'Produce' | 'OffsetCommit';

/** Since the mode was last set. */
export interface LinkCounts {
  requestBytes: number;
  /** Kafka requests that were kept back. */
  held: number;
  /** Answers to Kafka requests that were dropped. */
  swallowed: number;
  /** Times that an answer of any kind was dropped. */
  dropped: number;
}

/** Steers the links of a running stack. */
export class Links {
  constructor(private readonly baseUrl: string) {}

  async set(name: LinkName, mode: LinkMode): Promise<void> {
    const response = await fetch(`${this.baseUrl}/${name}`, { method: 'POST', body: JSON.stringify(mode) });
    await response.body?.cancel();
  }

  async openAll(): Promise<void> {
    for (const name of LINK_NAMES) await this.set(name, { mode: 'open' });
  }

  async counts(name: LinkName): Promise<LinkCounts> {
    const response = await fetch(this.baseUrl);
    return ((await response.json()) as Record<LinkName, LinkCounts>)[name];
  }
}
