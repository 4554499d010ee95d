import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { RecordStoreError } from '../record-store.js';
import type { RecordAnswer, RecordCalls, RecordThreadData } from './record-row.js';
import { fileTrouble, unavailable } from './sqlite-trouble.js';

interface PendingCall {
  resolve(value: unknown): void;
  reject(error: RecordStoreError): void;
  deadline: NodeJS.Timeout;
}

/** Starts the thread that owns the file, and hands calls to it in their order. */
export class RecordThreadClient {
  private readonly worker: Worker;
  private readonly ended: Promise<void>;
  private readonly pending = new Map<number, PendingCall>();
  private lastId = 0;
  private trouble: RecordStoreError | undefined;
  private closing: Promise<void> | undefined;

  /** @param timeoutMs every call settles within this time */
  constructor(
    private readonly data: RecordThreadData,
    private readonly timeoutMs: number,
  ) {
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
  ): Promise<ReturnType<RecordCalls[Name]>> {
    if (this.closing !== undefined) throw new RecordStoreError('closed', 'The record store is closed.');
    return (await this.post(name, argument)) as ReturnType<RecordCalls[Name]>;
  }

  /** Lets the calls finish that were made before, then ends the thread. Idempotent. */
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
      const deadline = setTimeout(() => this.expire(id), this.timeoutMs);
      this.pending.set(id, { resolve, reject, deadline });
      this.worker.postMessage({ id, call, argument });
    });
  }

  private settle(answer: RecordAnswer): void {
    const call = this.take(answer.id);
    if ('value' in answer) call?.resolve(answer.value);
    else call?.reject(fileTrouble(this.data.file, answer.failure));
  }

  private expire(id: number): void {
    this.take(id)?.reject(unavailable(`no answer within ${this.timeoutMs} ms`));
  }

  private fail(trouble: RecordStoreError): void {
    this.trouble ??= trouble;
    for (const id of [...this.pending.keys()]) this.take(id)?.reject(this.trouble);
  }

  private take(id: number): PendingCall | undefined {
    const call = this.pending.get(id);
    clearTimeout(call?.deadline);
    this.pending.delete(id);
    return call;
  }
}
