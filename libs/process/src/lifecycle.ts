import { Injectable } from '@nestjs/common';

/**
 * `starting` -> `running` -> `draining` -> `stopping`; `draining` may be left out. Readiness is green in `running` only; new work is
 * refused in `stopping` only.
 */
export type LifecycleState = 'starting' | 'running' | 'draining' | 'stopping';

/** Where this process stands between its start and its end. */
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

  /** It has been told to stop: whoever may go elsewhere should, although work is still taken while it drains. */
  get isLeaving(): boolean {
    return this.#state === 'draining' || this.#state === 'stopping';
  }

  /** Resolves with the reason when something that the process cannot live without has ended for good. */
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
