/** Stable codes of why a store cannot be used: for logs, alerts and programs. */
export type StoreTroubleCode =
  | 'authentication'
  | 'authorization'
  | 'certificate'
  | 'dns'
  | 'refused'
  | 'timeout'
  | 'not-primary'
  | 'network'
  | 'no-space'
  | 'read-only'
  | 'cannot-open'
  | 'disk-error'
  | 'damaged'
  | 'in-use'
  | 'file-moved'
  | 'file-replaced'
  | 'unknown';

export interface StoreTrouble {
  code: StoreTroubleCode;
  /** What is wrong and what to do, to go after a colon. Shown to everybody: no host names, no paths, no secrets. */
  sentence: string;
}

/** No waiting helps against these: a person has to change a login, a right or a certificate. */
const NEEDS_A_PERSON: ReadonlySet<StoreTroubleCode> = new Set(['authentication', 'authorization', 'certificate']);

export function needsPerson({ code }: StoreTrouble): boolean {
  return NEEDS_A_PERSON.has(code);
}

export type StoreLog = (level: 'info' | 'warn', message: string) => void;

/** Writes one line when the store goes away, one when the cause changes, and one when the store answers again. */
export class StoreOutageLog {
  private lastCode: StoreTroubleCode | undefined;

  constructor(private readonly log: StoreLog = () => undefined) {}

  /** @param detail for the log only: may name hosts and files, holds no secrets */
  failed({ code }: StoreTrouble, detail: string): void {
    if (code === this.lastCode) return;
    this.lastCode = code;
    this.log('warn', detail);
  }

  answered(): void {
    if (this.lastCode === undefined) return;
    this.lastCode = undefined;
    this.log('info', 'The record store answers again.');
  }
}
