import { DEAD_LETTERS_TOPIC, HANDLER_FAILED } from '@sluice/contracts';
import type { EventPublisher } from '@sluice/event-log';
import { deadLetterEntry } from './dead-letter-entry.js';
import type { DeadRecord, HeldBatch } from './held-batch.js';
import type { PoisonGuard } from './poison-guard.js';

/** Publishes the dead letters of a batch, unless they are a flood. */
export class DeadLetterOffice {
  constructor(
    private readonly publisher: EventPublisher,
    private readonly guard: PoisonGuard,
    private readonly now: () => number,
    private readonly topic = DEAD_LETTERS_TOPIC,
  ) {}

  /** Publishes a flood that was held back. */
  overrule(): void {
    this.guard.overrule();
  }

  /** @returns `undefined` when all are acknowledged, or the reason why to retry */
  async publish(held: HeldBatch, attempts: number): Promise<string | undefined> {
    const dead = held.unconfirmedDeadLetters();
    const poison = dead.filter(({ outcome }) => outcome.isPoison).length;
    const failures = dead.filter(({ outcome }) => outcome.reason === HANDLER_FAILED).length;
    if (this.guard.isFlood(held.size, poison, this.now(), failures)) return 'poison_flood';
    if (dead.length > 0 && !(await this.areConfirmed(held, dead, attempts))) return 'log_unreachable';
    this.guard.count(held.size, poison, this.now(), failures);
    return undefined;
  }

  private async areConfirmed(held: HeldBatch, dead: readonly DeadRecord[], attempts: number): Promise<boolean> {
    const entries = dead.map(({ record, outcome }) => deadLetterEntry(record, outcome, attempts, this.now()));
    const outcomes = await this.publisher.publish(this.topic, entries);
    held.confirm(dead.filter((_, index) => outcomes[index]?.written === true));
    return outcomes.every(({ written }) => written);
  }
}
