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
  /** What is wrong and what to do, to go after a colon. Shown to all readers: no host names, no paths, no secrets. */
  sentence: string;
}

/** Waiting does not help against these: a person has to change a login, a right or a certificate. */
const NEEDS_A_PERSON: ReadonlySet<StoreTroubleCode> = new Set(['authentication', 'authorization', 'certificate']);

export function needsPerson({ code }: StoreTrouble): boolean {
  return NEEDS_A_PERSON.has(code);
}

export type StoreLogger = (level: 'info' | 'warn', message: string) => void;

/** Remembers why the store cannot be used. Writes one line when that begins, when the cause changes, and when it ends. */
export class StoreOutage {
  private current: StoreTrouble | undefined;

  constructor(private readonly logger: StoreLogger = () => undefined) {}

  /** `undefined` while the store answers. */
  get trouble(): StoreTrouble | undefined {
    return this.current;
  }

  /** @param line for the log only: may name hosts and files, holds no secrets */
  failed(trouble: StoreTrouble, line: string): void {
    const isChange = trouble.code !== this.current?.code;
    this.current = trouble;
    if (isChange) this.logger('warn', line);
  }

  answered(): void {
    if (this.current === undefined) return;
    this.current = undefined;
    this.logger('info', 'The record store answers again.');
  }
}
