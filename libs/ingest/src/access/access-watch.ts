import type { Clock } from '@sluice/async';
import type { Principal } from './principal.js';

/** An answer ends at most this long after the time of its proof. */
const RECHECK_MS = 2_000;

interface Watched {
  principal: Principal;
  onEnd: (reason: string) => void;
}

/** Ends answers in progress when the access that allowed them ends. */
export class AccessWatch {
  private readonly watched = new Set<Watched>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly clock: Clock) {}

  get count(): number {
    return this.watched.size;
  }

  /**
   * @param onEnd called once, with the reason, when the proof of the principal no longer holds
   * @returns what ends the watch
   */
  watch(principal: Principal, onEnd: (reason: string) => void): () => void {
    const entry = { principal, onEnd };
    this.watched.add(entry);
    this.timer ??= setInterval(() => this.recheck(), RECHECK_MS).unref();
    return () => this.forget(entry);
  }

  /** Call it when something has changed that a proof depends on. Expiry is checked anyway. */
  recheck(): void {
    const nowMs = this.clock.now();
    for (const entry of [...this.watched]) {
      const reason = entry.principal.recheck?.(nowMs);
      if (reason === undefined) continue;
      this.forget(entry);
      entry.onEnd(reason);
    }
  }

  private forget(entry: Watched): void {
    this.watched.delete(entry);
    if (this.watched.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
