import { EventEmitter } from 'node:events';
import type { MemberProcess } from '../member.js';

/** A child process that does what the test says. It keeps what it was sent. */
export class FakeProcess extends EventEmitter implements MemberProcess {
  readonly sent: unknown[] = [];
  readonly signals: NodeJS.Signals[] = [];
  readonly process = { pid: 1, kill: (signal: NodeJS.Signals) => this.killed(signal) };
  #hasEnded = false;

  constructor(readonly number: number) {
    super();
  }

  send(message: object): boolean {
    this.sent.push(message);
    return true;
  }

  /** It says this to its parent. */
  says(name: string, body?: unknown): void {
    this.emit('message', { sluice: 'ask', name, body });
  }

  starts(): void {
    this.says('serving');
    this.says('started');
  }

  ends(code: number | null, signal: string | null = null): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.emit('exit', code, signal);
  }

  private killed(signal: NodeJS.Signals): void {
    this.signals.push(signal);
    if (signal === 'SIGKILL') this.ends(null, signal);
  }
}
