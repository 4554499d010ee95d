/** Width of a bin of {@link Traffic}, in milliseconds. */
export const BIN_MS = 100;

interface Bins {
  requests: number[];
  /** Of these, by the time when they were made, the ones that were answered with verdicts. */
  taken: number[];
}

/** What an endpoint saw in a span of time, in requests. */
export interface Share {
  requests: number;
  taken: number;
}

/** Every request of the fleet, counted for each endpoint in bins of {@link BIN_MS}. Times are milliseconds since the start. */
export class Traffic {
  private readonly byOrigin = new Map<string, Bins>();

  /** @param isTaken the answer has a verdict for each record; `false` as well for no answer */
  note(origin: string, atMs: number, isTaken: boolean): void {
    const bins = this.binsOf(origin);
    const bin = Math.floor(atMs / BIN_MS);
    bins.requests[bin] = (bins.requests[bin] ?? 0) + 1;
    if (isTaken) bins.taken[bin] = (bins.taken[bin] ?? 0) + 1;
  }

  get origins(): string[] {
    return [...this.byOrigin.keys()].sort();
  }

  share(origin: string, fromMs: number, toMs: number): Share {
    const { requests, taken } = this.binsOf(origin);
    return { requests: sum(within(requests, fromMs, toMs)), taken: sum(within(taken, fromMs, toMs)) };
  }

  /** Requests to all endpoints in each bin of a span. */
  series(fromMs: number, toMs: number): number[] {
    const rows = [...this.byOrigin.values()].map(({ requests }) => within(requests, fromMs, toMs));
    const length = Math.max(0, Math.floor(toMs / BIN_MS) - Math.floor(fromMs / BIN_MS));
    return Array.from({ length }, (_, bin) => sum(rows.map((row) => row[bin] ?? 0)));
  }

  private binsOf(origin: string): Bins {
    const known = this.byOrigin.get(origin);
    if (known !== undefined) return known;
    const bins = { requests: [], taken: [] };
    this.byOrigin.set(origin, bins);
    return bins;
  }
}

function within(bins: readonly number[], fromMs: number, toMs: number): number[] {
  return bins.slice(Math.floor(fromMs / BIN_MS), Math.floor(toMs / BIN_MS));
}

function sum(counts: readonly (number | undefined)[]): number {
  return counts.reduce<number>((total, count) => total + (count ?? 0), 0);
}
