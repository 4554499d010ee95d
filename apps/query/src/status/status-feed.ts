import { endReason } from '@sluice/http';
import { Bell } from '../event-stream/bell.js';
import { eventText } from '../event-stream/server-sent-event.js';
import { SharedLoop } from '../event-stream/shared-loop.js';

/** Samples come more often than this, unless something hangs. */
const MAX_SILENCE_MS = 10_000;

/** The samples for all readers: one sampler for all of them, and none without a reader. */
export class StatusFeed {
  private readonly taken = new Bell();
  private readonly loop: SharedLoop;
  private latest = '';
  private pending: Promise<object> | undefined;

  /** @param intervalMs pause between two samples */
  constructor(
    private readonly sample: () => Promise<object>,
    intervalMs: number,
  ) {
    this.loop = new SharedLoop(() => this.publish(), intervalMs);
  }

  /** One sample. Concurrent requests share it: a flood of them does not ask the engines more often. */
  current(): Promise<object> {
    this.pending ??= this.sample().finally(() => (this.pending = undefined));
    return this.pending;
  }

  /** The text of the event stream. A slow reader gets the latest sample next, not the ones in between. */
  async *events(end: AbortSignal): AsyncGenerator<string> {
    this.loop.enter();
    try {
      for (;;) {
        const { rings } = this.taken;
        await this.taken.wait(rings, MAX_SILENCE_MS, end);
        if (end.aborted) break;
        if (this.taken.rings > rings) yield this.latest;
      }
      yield eventText({ event: 'end', data: JSON.stringify({ reason: endReason(end) }) });
    } finally {
      this.loop.leave();
    }
  }

  private async publish(): Promise<void> {
    this.latest = eventText({ event: 'status', data: JSON.stringify(await this.current()) });
    this.taken.ring();
  }
}
