/** How many records go into one request: fewer after the gateway found a request too large, and slowly more again. */
export class BatchLimit {
  private limit: number;

  constructor(private readonly maxRecords: number) {
    this.limit = maxRecords;
  }

  get records(): number {
    return this.limit;
  }

  /** A request of so many records was too large; there must be at least two. */
  halve(records: number): void {
    this.limit = Math.ceil(records / 2);
  }

  succeeded(): void {
    this.limit = Math.min(this.maxRecords, this.limit + 1);
  }
}
