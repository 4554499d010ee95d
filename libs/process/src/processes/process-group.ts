import { type BackoffLimits, Clock } from '@sluice/async';
import type { Logger } from '@sluice/observability';
import type { Link } from './link.js';
import { Member, type MemberEnd, type MemberProcess } from './member.js';

export interface ProcessGroupOptions {
  /** Processes; at least 1. */
  count: number;
  /** Makes process `number`, from 1. It says `serving` once it takes connections, and `started` once its start is complete. */
  fork: (number: number) => MemberProcess;
  logger: Logger;
  /** From the first signal to the end of all processes; then they are killed. */
  stopTimeoutMs: number;
  /** Called with the link of each new process. */
  onFork: (member: Member, link: Link) => void;
  /** Called when a process has ended. */
  onEnd?: (member: Member) => void;
  clock?: Clock;
  restart?: BackoffLimits;
}

const RESTART: BackoffLimits = { minMs: 1_000, maxMs: 30_000 };
/** After so many starts in a row that were not completed, by whichever process, a restart does not help. */
const MAX_FAILED_STARTS = 5;

/**
 * Processes that do the same work, started, restarted and ended together. The first one starts alone: what keeps it from starting
 * would keep the others, and is reported once.
 *
 *     starting -> running -> stopping; a failed first start goes from starting to stopping
 */
export class ProcessGroup {
  readonly members: readonly Member[];
  readonly #end = Promise.withResolvers<number>();
  #isRunning = false;
  #isStopping = false;
  #failedStarts = 0;
  #exitCode = 0;
  #restarts = 0;
  #killTimer: NodeJS.Timeout | undefined;

  constructor(private readonly options: ProcessGroupOptions) {
    const { count, fork, onFork, clock = new Clock(), restart = RESTART } = options;
    const parts = {
      ...{ fork, onFork, clock, restart },
      onStarted: (member: Member) => this.started(member),
      onEnd: (member: Member, end: MemberEnd) => this.ended(member, end),
    };
    this.members = Array.from({ length: count }, (_, index) => new Member(index + 1, parts));
  }

  /** Whether every process was started once. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Restarts so far. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Those that take connections. */
  get up(): readonly Member[] {
    return this.members.filter(({ isUp }) => isUp);
  }

  /** @returns the exit code, once all processes have ended */
  run(): Promise<number> {
    this.members[0]!.fork();
    return this.#end.promise;
  }

  /** Asks all processes to end. A second signal is passed on, too. */
  stop(signal: NodeJS.Signals): void {
    this.options.logger.info({ signal }, 'stopping all processes');
    this.beginStop();
    for (const member of this.members) member.stop(signal);
    this.endIfEmpty();
  }

  private started({ number, pid }: Member): void {
    this.#failedStarts = 0;
    this.options.logger.info({ number, pid }, 'a process has started');
    if (this.#isRunning || this.#isStopping) return;
    for (const member of this.members.slice(1)) if (member.state === 'down') member.fork();
    this.#isRunning = this.members.every(({ state }) => state === 'started');
    if (this.#isRunning) this.options.logger.info({ processes: this.members.length }, 'all processes have started');
  }

  private ended(member: Member, end: MemberEnd): void {
    this.options.onEnd?.(member);
    if (this.#isStopping) {
      if (end.hadStarted && end.code !== 0) this.#exitCode = 1;
      return this.endIfEmpty();
    }
    if (!end.hadStarted) this.#failedStarts++;
    if (this.isHopeless(end)) return this.fail(member, end);
    this.#restarts++;
    const delayMs = member.forkLater();
    const { number } = member;
    const { code, signal } = end;
    this.options.logger.error({ number, code, signal, delayMs }, 'a process has ended: another one takes its place');
  }

  private isHopeless({ hadStarted }: MemberEnd): boolean {
    return !hadStarted && (!this.#isRunning || this.#failedStarts >= MAX_FAILED_STARTS);
  }

  private fail({ number }: Member, { code, signal }: MemberEnd): void {
    // A process that ends by itself has logged why.
    if (code === null || this.#isRunning) {
      this.options.logger.fatal({ number, code, signal }, 'a process cannot start: all are stopped');
    }
    this.#exitCode = 1;
    this.beginStop();
    for (const member of this.members) member.stop('SIGTERM');
    this.endIfEmpty();
  }

  private beginStop(): void {
    this.#isStopping = true;
    this.#killTimer ??= setTimeout(() => this.killAll(), this.options.stopTimeoutMs);
  }

  private killAll(): void {
    this.options.logger.error('not all processes have stopped in time: the others are killed');
    for (const member of this.members) member.kill();
  }

  private endIfEmpty(): void {
    if (this.members.some(({ state }) => state !== 'down')) return;
    clearTimeout(this.#killTimer);
    this.#end.resolve(this.#exitCode);
  }
}
