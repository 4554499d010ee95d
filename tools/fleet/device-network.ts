import type { Fetch } from '@sluice/device';
import type { OfflineSpells } from './faults.js';
import type { Tally } from './tally.js';
import type { Traffic } from './traffic.js';

/** Statuses that bring a verdict for each record. */
const WITH_VERDICTS: ReadonlySet<number> = new Set([202, 207, 422]);

export interface NetworkParts {
  fetch: Fetch;
  tally: Tally;
  traffic: Traffic;
  /** Milliseconds since the fleet was started. */
  elapsedMs: () => number;
}

/** What lies between a device and the gateways: it may be away for a while, and every request with records is counted. */
export class DeviceNetwork {
  /** The endpoint that took its last request. */
  takenAt: string | undefined;
  private failuresInARow = 0;

  constructor(
    private readonly parts: NetworkParts,
    private spells: OfflineSpells | undefined,
  ) {}

  /** No more spells without a network. */
  stay(): void {
    this.spells = undefined;
  }

  readonly fetch: Fetch = (url, init) => {
    if (this.spells?.isOffline(this.parts.elapsedMs())) return Promise.reject(new TypeError('no network'));
    return url.endsWith('/ingest') ? this.report(url, init) : this.parts.fetch(url, init);
  };

  private async report(url: string, init: RequestInit): Promise<Response> {
    const { traffic, elapsedMs } = this.parts;
    const { origin } = new URL(url);
    const atMs = elapsedMs();
    let isTaken = false;
    try {
      const response = await this.parts.fetch(url, init);
      isTaken = WITH_VERDICTS.has(response.status);
      return response;
    } finally {
      traffic.note(origin, atMs, isTaken);
      if (isTaken) this.taken(origin);
      else this.failuresInARow++;
    }
  }

  private taken(origin: string): void {
    if (this.failuresInARow > 0) this.parts.tally.recovered(this.failuresInARow);
    this.failuresInARow = 0;
    this.takenAt = origin;
  }
}
