import type { LineLogger } from '@sluice/event-log';

/**
 * Whether the brokers can be reached, as the publisher and each subscription find out separately. One line when the first of them
 * loses the log, one when the last of them has it back.
 */
export class Reachability {
  private readonly away = new Set<object>();

  constructor(private readonly logger: LineLogger) {}

  lost(part: object, reason: string): void {
    if (this.away.size === 0) this.logger('warn', `Kafka cannot be reached (${reason}); retrying until it can.`);
    this.away.add(part);
  }

  back(part: object): void {
    if (this.away.delete(part) && this.away.size === 0) this.logger('info', 'Kafka can be reached again.');
  }

  /** The part is closed: its return is no longer awaited. */
  forget(part: object): void {
    this.away.delete(part);
  }
}
