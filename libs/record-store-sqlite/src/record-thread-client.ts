import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { RecordStoreError, StoreOutage, type StoreLogger } from '@sluice/record-store';
import type { RecordAnswer, RecordCalls, RecordThreadData } from './record-row.js';
import type { RecordFile } from './record-file.js';
import { fileError, fileTrouble, unavailable } from './sqlite-trouble.js';

const LONGEST_MS = 2 ** 31 - 1;
/** A copy, and an index that a file of an older release lacks, take longer the larger the file is. */
const UNBOUNDED: ReadonlySet<keyof RecordCalls> = new Set(['backup', 'prepare']);

const NOTHING = (): void => undefined;

interface PendingCall {
  resolve(value: unknown): void;
  reject(error: RecordStoreError): void;
  deadline: NodeJS.Timeout;
}

/**
 * Starts the thread that owns the file, and passes calls to it in their order. Before and after each call, the open file is
 * compared with its path: written records are in the file that a restart will open.
 */
export class RecordThreadClient {
  private readonly worker: Worker;
  private readonly ended: Promise<void>;
  private readonly pending = new Map<number, PendingCall>();
  private lastId = 0;
  private trouble: RecordStoreError | undefined;
  private closing: Promise<void> | undefined;
  private isOpened = false;
  private isInPlace = true;
  private remaking: Promise<void> | undefined;
  readonly outage: StoreOutage;

  /** @param timeoutMs every call settles within this time */
  constructor(
    private readonly file: RecordFile,
    private readonly timeoutMs: number,
    logger?: StoreLogger,
  ) {
    this.outage = new StoreOutage(logger);
    const data: RecordThreadData = { file: file.path };
    const script = new URL(`./record-thread${extname(import.meta.url)}`, import.meta.url);
    this.worker = new Worker(script, { workerData: data });
    this.worker.on('message', (answer: RecordAnswer) => this.settle(answer));
    this.worker.on('error', (error) => this.fail(unavailable('its thread has failed: restart the process', error)));
    this.ended = new Promise((resolve) => this.worker.once('exit', () => resolve()));
    void this.ended.then(() => this.fail(unavailable('its thread has ended: restart the process')));
  }

  /** @throws RecordStoreError `unavailable`, `closed` */
  async call<Name extends keyof RecordCalls>(
    name: Name,
    ...[argument]: Parameters<RecordCalls[Name]>
  ): Promise<Awaited<ReturnType<RecordCalls[Name]>>> {
    if (this.closing !== undefined) throw new RecordStoreError('closed', 'The record store is closed.');
    try {
      const value = await this.inPlace(name, argument);
      this.outage.answered();
      return value as Awaited<ReturnType<RecordCalls[Name]>>;
    } catch (error) {
      throw this.noted(error as RecordStoreError);
    }
  }

  /** Detects a file that was moved, deleted or replaced, and one that is back, while nothing is written or read. */
  async check(): Promise<void> {
    if (!this.isOpened || this.closing !== undefined) return;
    const wasInPlace = this.isInPlace;
    try {
      await this.remedy();
      if (!wasInPlace) this.outage.answered();
    } catch (error) {
      this.noted(error as RecordStoreError);
    }
  }

  private async inPlace(name: keyof RecordCalls, argument: unknown): Promise<unknown> {
    if (!this.isOpened) this.file.prepare();
    // Only if there is something to repair: a call is passed on before the next one is made.
    const before = this.remedy();
    if (before !== undefined) await before;
    const value = await this.post(name, argument);
    if (!this.isOpened) this.file.rememberWal();
    this.isOpened = true;
    await this.remedy();
    return value;
  }

  private noted(error: RecordStoreError): RecordStoreError {
    if (error.code === 'unavailable' && error.trouble !== undefined) this.outage.failed(error.trouble, error.message);
    return error;
  }

  /** @returns `undefined` if the open file is the one at its path, and so is its write-ahead log; rejects if it is not */
  private remedy(): Promise<void> | undefined {
    if (!this.isOpened) return undefined;
    const { trouble } = this.file;
    const wasInPlace = this.isInPlace;
    this.isInPlace = trouble === undefined;
    if (trouble !== undefined) return this.refuse(trouble, wasInPlace);
    if (!this.file.isWalLost) return undefined;
    this.remaking ??= this.remakeWal().finally(() => (this.remaking = undefined));
    return this.remaking;
  }

  /** The next process would apply a write-ahead log beside another database to that one: it is emptied first. */
  private async refuse(trouble: RecordStoreError, isNew: boolean): Promise<never> {
    if (isNew) await this.post('emptyWal', undefined).catch(() => undefined);
    throw trouble;
  }

  private async remakeWal(): Promise<void> {
    try {
      this.file.clearWalPath();
    } catch (error) {
      throw fileError(this.file.path, error);
    }
    await this.post('remakeWal', undefined);
    this.file.rememberWal();
  }

  /** Lets earlier calls finish, then ends the thread. Idempotent. */
  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    await this.post('close', undefined).catch(() => this.worker.terminate());
    await this.ended;
  }

  private post(call: keyof RecordCalls, argument: unknown): Promise<unknown> {
    if (this.trouble !== undefined) return Promise.reject(this.trouble);
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => this.expire(id), UNBOUNDED.has(call) ? LONGEST_MS : this.timeoutMs);
      this.pending.set(id, { resolve, reject, deadline });
      this.worker.postMessage({ id, call, argument });
    });
  }

  private settle(answer: RecordAnswer): void {
    const call = this.removeCall(answer.id);
    if ('value' in answer) call?.resolve(answer.value);
    else call?.reject(fileTrouble(this.file.path, answer.failure));
  }

  private expire(id: number): void {
    this.removeCall(id)?.reject(unavailable(`no answer within ${this.timeoutMs} ms`));
  }

  private fail(trouble: RecordStoreError): void {
    this.trouble ??= trouble;
    for (const id of [...this.pending.keys()]) this.removeCall(id)?.reject(this.trouble);
  }

  /** The tables that a Map has outgrown keep its former members for long: they must not keep the answers. */
  private removeCall(id: number): PendingCall | undefined {
    const call = this.pending.get(id);
    if (call === undefined) return undefined;
    clearTimeout(call.deadline);
    this.pending.delete(id);
    const removed = { ...call };
    call.resolve = call.reject = NOTHING;
    return removed;
  }
}
