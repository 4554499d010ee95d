import type { LeaseAsk, LeaseGrant, LeaseSource } from './lease.js';
import type { LeaseOffice } from './lease-office.js';

interface OpenAsk {
  ask: LeaseAsk;
  resolve: (grant: LeaseGrant) => void;
}

/** Sends the asks of one turn of the event loop together. Where the shared buckets do not answer, `instead` does. */
export class LeaseAsks {
  #open: OpenAsk[] = [];

  /** @param instead gives out the share of this process */
  constructor(
    private readonly source: LeaseSource,
    private readonly instead: LeaseOffice,
  ) {}

  /** Never fails. */
  send(ask: LeaseAsk): Promise<LeaseGrant> {
    if (this.#open.length === 0) setImmediate(() => void this.flush());
    return new Promise((resolve) => this.#open.push({ ask, resolve }));
  }

  private async flush(): Promise<void> {
    const sent = this.#open;
    this.#open = [];
    const grants = await this.grantsOf(sent.map(({ ask }) => ask));
    for (const [at, { resolve }] of sent.entries()) resolve(grants[at]!);
  }

  private async grantsOf(asks: readonly LeaseAsk[]): Promise<readonly LeaseGrant[]> {
    try {
      return await this.source(asks);
    } catch {
      return this.instead.answer(asks);
    }
  }
}
