import { Injectable } from '@nestjs/common';

/**
 * `starting` -> `running` -> `draining` -> `stopping`; `draining` is optional. The process is ready in `running` only; it refuses new
 * work in `stopping` only.
 */
export type LifecycleState = 'starting' | 'running' | 'draining' | 'stopping';

/** The state of this process between its start and its end. */
@Injectable()
export class Lifecycle {
  #state: LifecycleState = 'starting';
  readonly #failure = Promise.withResolvers<Error>();

  get state(): LifecycleState {
    return this.#state;
  }

  get isStopping(): boolean {
    return this.#state === 'stopping';
  }

  /** It has received SIGTERM: senders should move, although work is still accepted while it drains. */
  get isLeaving(): boolean {
    return this.#state === 'draining' || this.#state === 'stopping';
  }

  /** Resolves with the reason when a part that the process cannot work without has ended. */
  get failure(): Promise<Error> {
    return this.#failure.promise;
  }

  started(): void {
    if (this.#state === 'starting') this.#state = 'running';
  }

  draining(): void {
    if (this.#state !== 'stopping') this.#state = 'draining';
  }

  stopping(): void {
    this.#state = 'stopping';
  }

  fail(reason: Error): void {
    this.#failure.resolve(reason);
  }
}
