/** Five heartbeats, none of which came through and none of which failed. */
const FORGOTTEN_AFTER_MS = 15_000;

/**
 * Notices that a consumer fetches on although the group has forgotten it. KafkaJS forgets the name of a member that the group does
 * not know, and joins again; if that fails too, because the coordinator is still loading, it fetches on without a name, and without
 * a name it sends no heartbeats. No error says so: it reads on from where it was, commits nothing, and never joins again.
 */
export class GroupContact {
  #fetchingSinceMs: number | undefined;

  constructor(private readonly now: () => number = Date.now) {}

  /** A heartbeat or a join came through. */
  heard(): void {
    this.#fetchingSinceMs = undefined;
  }

  /** A broker could not be reached: heartbeats had no chance, however long ago the last fetch was. */
  interrupted(): void {
    this.#fetchingSinceMs = undefined;
  }

  /**
   * A fetch was answered. Between two of them KafkaJS sends the heartbeat that is due.
   *
   * @returns whether fetches have been answered for so long, and no heartbeat, that the group has forgotten this member
   */
  isForgottenAtFetch(): boolean {
    this.#fetchingSinceMs ??= this.now();
    return this.now() - this.#fetchingSinceMs > FORGOTTEN_AFTER_MS;
  }
}
