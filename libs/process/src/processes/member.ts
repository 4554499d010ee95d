import { Backoff, type BackoffLimits, type Clock } from '@sluice/async';
import { type Channel, Link } from './link.js';

/** A child process, as Node gives it. */
export interface MemberProcess extends Channel {
  process: { readonly pid?: number | undefined; kill(signal: NodeJS.Signals): unknown };
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'exit', listener: (code: number | null, signal: string | null) => void): unknown;
}

/** `down` -> `starting` -> `serving` -> `started`, and from each of them back to `down`. Connections reach it from `serving` on. */
export type MemberState = 'down' | 'starting' | 'serving' | 'started';

/** How a process has ended. */
export interface MemberEnd {
  code: number | null;
  signal: string | null;
  /** Whether its start was complete. */
  hadStarted: boolean;
}

export interface MemberParts {
  fork: (number: number) => MemberProcess;
  clock: Clock;
  restart: BackoffLimits;
  /** Called with each new process, before it can say anything. */
  onFork: (member: Member, link: Link) => void;
  onStarted: (member: Member) => void;
  onEnd: (member: Member, end: MemberEnd) => void;
}

/** A process that has lived so long was healthy: its next restart is not delayed for the ones before. */
const HEALTHY_AFTER_MS = 60_000;

/** One of the processes of a group, over all its restarts. */
export class Member {
  readonly #backoff: Backoff;
  #state: MemberState = 'down';
  #process: MemberProcess | undefined;
  #link: Link | undefined;
  #forkedAtMs = 0;
  #restart: NodeJS.Timeout | undefined;

  /** @param number from 1 */
  constructor(
    readonly number: number,
    private readonly parts: MemberParts,
  ) {
    this.#backoff = new Backoff(parts.restart);
  }

  get state(): MemberState {
    return this.#state;
  }

  get isUp(): boolean {
    return this.#state === 'serving' || this.#state === 'started';
  }

  get pid(): number | undefined {
    return this.#process?.process.pid;
  }

  /** To its process; `undefined` while there is none. */
  get link(): Link | undefined {
    return this.#link;
  }

  fork(): void {
    const { fork, clock, onFork } = this.parts;
    clearTimeout(this.#restart);
    this.#state = 'starting';
    this.#forkedAtMs = clock.monotonicMs();
    this.#process = fork(this.number);
    const link = (this.#link = new Link(this.#process));
    link.answer('serving', () => void (this.#state = 'serving'));
    link.answer('started', () => {
      this.#state = 'started';
      this.parts.onStarted(this);
    });
    this.#process.on('exit', (code, signal) => this.ended(code, signal));
    onFork(this, link);
  }

  /** Forks again after a delay that doubles with each end that follows soon. @returns the delay in milliseconds */
  forkLater(): number {
    if (this.parts.clock.monotonicMs() - this.#forkedAtMs >= HEALTHY_AFTER_MS) this.#backoff.reset();
    const delayMs = Math.round(this.#backoff.next());
    this.#restart = setTimeout(() => this.fork(), delayMs);
    return delayMs;
  }

  /** Passes a signal that asks for the end. A process that does not serve yet has nothing to finish. */
  stop(signal: NodeJS.Signals): void {
    clearTimeout(this.#restart);
    if (this.isUp) this.#link!.notify('signal', signal);
    else this.kill();
  }

  /** Ends it at once. */
  kill(): void {
    this.#process?.process.kill('SIGKILL');
  }

  /** For a signal that ends nothing. */
  signal(signal: NodeJS.Signals): void {
    if (this.isUp) this.#process!.process.kill(signal);
  }

  private ended(code: number | null, signal: string | null): void {
    const hadStarted = this.#state === 'started';
    this.#state = 'down';
    this.#link?.close();
    this.#process = this.#link = undefined;
    this.parts.onEnd(this, { code, signal, hadStarted });
  }
}
