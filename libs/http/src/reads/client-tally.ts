/** Counts by client. Forgets a client at 0. */
export class ClientTally {
  readonly #counts = new Map<string, number>();

  /** @param client `undefined`: not known, so never counted */
  of(client: string | undefined): number {
    return client === undefined ? 0 : (this.#counts.get(client) ?? 0);
  }

  add(client: string | undefined, difference: 1 | -1): void {
    if (client === undefined) return;
    const count = this.of(client) + difference;
    if (count === 0) this.#counts.delete(client);
    else this.#counts.set(client, count);
  }
}
