import type { Clock } from '../clock.js';

/** The one sleep of the delivery loop: it ends when its time has passed or something has happened. */
export class Pause {
  private end: () => void = () => {};

  constructor(private readonly clock: Clock) {}

  /** Whole milliseconds: a remainder too small to move the clock would be waited for again and again. */
  for(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.clock.after(Math.ceil(delayMs), () => this.end());
      this.end = () => {
        this.end = () => {};
        cancel();
        resolve();
      };
    });
  }

  wake(): void {
    this.end();
  }
}
