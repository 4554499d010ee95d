import type { LogEntry, PublishOutcome } from '@sluice/event-log';

/** Publishes: one client of a cluster. It connects on first use, and again when a connection is lost. */
export interface ProducerClient {
  /** A round trip on the connection that publishes. @throws an error of KafkaJS */
  probe(): Promise<void>;
  /**
   * Appends the entries, each to the partition of its key.
   *
   * @returns an outcome for each entry, in their order
   * @throws an error of KafkaJS, or the first of them, if none of the entries is known to be written
   */
  send(topic: string, entries: readonly LogEntry[]): Promise<PublishOutcome[]>;
  disconnect(): Promise<void>;
}
