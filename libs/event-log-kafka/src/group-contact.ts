/** Five heartbeats, none of which succeeded and none of which failed. */
const FORGOTTEN_AFTER_MS = 15_000;

/**
 * Detects that a consumer keeps fetching although the group has forgotten it. KafkaJS drops the id of a member that the group
 * does not know, and joins again; if that fails too, because the coordinator is still loading, it fetches without a member id,
 * and then sends no heartbeats. There is no error: it continues to read, commits nothing, and never joins again.
 */
export class GroupContact {
  #fetchingSinceMs: number | undefined;

  constructor(private readonly now: () => number = Date.now) {}

  /** A heartbeat or a join succeeded. */
  onContact(): void {
    this.#fetchingSinceMs = undefined;
  }

  /** A broker could not be reached: heartbeats had no chance, however long ago the last fetch was. */
  interrupted(): void {
    this.#fetchingSinceMs = undefined;
  }

  /**
   * A fetch was answered. Between two of them KafkaJS sends the heartbeat that is due.
   *
   * @returns whether fetches were answered long enough without a heartbeat that the group has forgotten this member
   */
  isForgottenAtFetch(): boolean {
    this.#fetchingSinceMs ??= this.now();
    return this.now() - this.#fetchingSinceMs > FORGOTTEN_AFTER_MS;
  }
}
