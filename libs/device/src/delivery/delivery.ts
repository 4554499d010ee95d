import type { Clock } from '../clock.js';
import { DeviceError } from '../device-error.js';
import type { Directory } from '../endpoints/directory.js';
import type { Endpoint, Endpoints } from '../endpoints/endpoints.js';
import type { Queue, QueuedRecord } from '../queue/queue.js';
import type { Problem, Signals } from '../signals.js';
import { failedAnswer, readAnswer, type Answer, type FailedAnswer, type Verdict } from './answer.js';
import { BatchLimit } from './batch-limit.js';
import { canGzip, jsonBody } from './gzip.js';
import type { Pacing } from './pacing.js';
import { Pause } from './pause.js';
import type { Wire } from './wire.js';

export interface DeliveryLimits {
  batch: { maxRecords: number; maxBytes: number; maxAgeMs: number };
  gzip: boolean;
}

export interface DeliveryParts {
  queue: Queue;
  endpoints: Endpoints;
  directory: Directory | undefined;
  pacing: Pacing;
  wire: Wire;
  clock: Clock;
  signals: Signals;
}

/**
 * The loop that empties the queue: waits until a batch is due and a request is allowed, makes one request, and settles it.
 * It alone decides about requests; everything else only wakes it. It runs while there are records, and holds no timer otherwise.
 */
export class Delivery {
  private readonly batchLimit: BatchLimit;
  private readonly pause: Pause;
  private running: Promise<void> | undefined;
  private giveUpAtMs = Infinity;
  private isStopped = false;
  private mayGzip: boolean;
  /** Records up to this key are due whatever their age. */
  private dueUpToKey = 0;
  private lastUrl: string | undefined;
  /** Why the last request failed; `undefined` after one that did not. */
  lastError: DeviceError | undefined;

  constructor(
    private readonly limits: DeliveryLimits,
    private readonly parts: DeliveryParts,
    /** Called after every request, when its records have left the queue. */
    private readonly onSettled: () => void,
  ) {
    this.batchLimit = new BatchLimit(limits.batch.maxRecords);
    this.pause = new Pause(parts.clock);
    this.mayGzip = limits.gzip && canGzip;
  }

  /** Something was queued, or has become due. */
  wake(): void {
    this.pause.wake();
    this.running ??= this.run();
  }

  /** What has been reported so far is not to wait for a full batch. */
  hurry(): void {
    this.dueUpToKey = this.parts.queue.lastKey;
    this.wake();
  }

  /** Tries to empty the queue within the time, unless no request is allowed before it is over; then the loop has ended permanently. */
  async finish(timeoutMs: number): Promise<void> {
    const { clock } = this.parts;
    if (timeoutMs <= 0) this.stop();
    this.giveUpAtMs = clock.elapsed() + timeoutMs;
    const cancel = clock.after(timeoutMs, () => this.stop());
    this.hurry();
    await this.running;
    cancel();
    this.stop();
  }

  private stop(): void {
    this.isStopped = true;
    this.parts.wire.close();
    this.pause.wake();
  }

  private async run(): Promise<void> {
    // What is reported in one go belongs together, and `report` itself starts no request.
    await Promise.resolve();
    while (!this.isStopped && this.parts.queue.length > 0) await this.step();
    this.running = undefined;
  }

  private async step(): Promise<void> {
    const { directory, clock } = this.parts;
    const dueInMs = this.dueInMs();
    if (dueInMs > 0) return this.pause.for(dueInMs);
    if (directory?.isDue(clock.elapsed())) return directory.lookUp();
    const allowedInMs = this.allowedInMs();
    if (clock.elapsed() + allowedInMs > this.giveUpAtMs) return this.stop();
    if (allowedInMs > 0) return this.pause.for(allowedInMs);
    return this.deliver(this.parts.endpoints.pick(clock.elapsed())!);
  }

  /** Milliseconds until the next batch is full, old enough, or wanted. */
  private dueInMs(): number {
    const { queue, clock } = this.parts;
    const { maxRecords, maxBytes, maxAgeMs } = this.limits.batch;
    const { key, queuedAtMs } = queue.oldest!;
    if (queue.length >= maxRecords || queue.bytes >= maxBytes || key <= this.dueUpToKey) return 0;
    return Math.max(0, queuedAtMs + maxAgeMs - clock.elapsed());
  }

  private allowedInMs(): number {
    const { pacing, endpoints, clock } = this.parts;
    const nowMs = clock.elapsed();
    return Math.max(pacing.allowedInMs(nowMs), endpoints.availableInMs(nowMs));
  }

  private async deliver(endpoint: Endpoint): Promise<void> {
    const { queue, signals, clock } = this.parts;
    const records = queue.nextBatch(this.batchLimit.records, this.limits.batch.maxBytes);
    const startedAtMs = clock.elapsed();
    this.startRequest(endpoint, startedAtMs);
    const answer = await this.request(endpoint, records).catch((error: unknown) => failedAnswer(asDeviceError(error)));
    signals.measure('requestMs', clock.elapsed() - startedAtMs);
    const verdicts = this.verdictsOf(answer, endpoint, records);
    const isDone = (_: QueuedRecord, index: number) => (verdicts[index]?.status ?? 'retry') !== 'retry';
    queue.settle(new Set(records.filter(isDone).map(({ key }) => key)));
    this.report(verdicts, records);
    this.onSettled();
  }

  private startRequest({ url }: Endpoint, nowMs: number): void {
    const { signals, pacing } = this.parts;
    signals.count('requests');
    if (pacing.isRetrying) signals.count('retries');
    pacing.started(nowMs);
    if (this.lastUrl !== undefined && this.lastUrl !== url) {
      signals.log('warn', 'endpoint-changed', `Reporting to ${url} instead of ${this.lastUrl}.`);
    }
    this.lastUrl = url;
  }

  private async request(endpoint: Endpoint, records: readonly QueuedRecord[]): Promise<Answer> {
    const text = `[${records.map((record) => record.text).join()}]`;
    const { body, headers } = await jsonBody(text, this.mayGzip);
    const http = await this.parts.wire.exchange(`${endpoint.url}/ingest`, { method: 'POST', headers, body });
    if (http.headers.has('endpoint-draining')) this.leave(endpoint);
    const request = { recordIds: records.map(({ recordId }) => recordId), isGzipped: 'content-encoding' in headers };
    return readAnswer(http, request, this.parts.clock.now());
  }

  /** Before it refuses: the directory knows where to go, and without one, the list does. */
  private leave(endpoint: Endpoint): void {
    const { directory, endpoints, clock } = this.parts;
    if (directory === undefined) endpoints.drains(endpoint, clock.elapsed());
    else directory.expire();
  }

  /** Learns from an answer for the requests to come. Returns what it says of the records; nothing if it decides about none. */
  private verdictsOf(answer: Answer, endpoint: Endpoint, records: readonly QueuedRecord[]): readonly Verdict[] {
    if (answer.kind === 'failed') return this.failed(answer, endpoint);
    endpoint.circuit.succeeded(this.parts.clock.elapsed());
    if (answer.kind === 'gzip-refused') return this.stopGzip(endpoint);
    if (answer.kind === 'indigestible') return this.split(answer.problem, records);
    const toRepeat = answer.verdicts.filter(({ status }) => status === 'retry').length;
    if (toRepeat < records.length) this.succeeded();
    if (toRepeat > 0) this.held(toRepeat, answer.retryAfterMs);
    return answer.verdicts;
  }

  private succeeded(): void {
    this.lastError = undefined;
    this.parts.pacing.succeeded();
    this.batchLimit.succeeded();
  }

  private held(toRepeat: number, retryAfterMs: number): void {
    this.lastError = new DeviceError('unavailable', `The gateway asked for ${toRepeat} records again.`);
    this.parts.pacing.failed(this.parts.clock.elapsed(), retryAfterMs);
  }

  private failed({ scope, error, retryAfterMs }: FailedAnswer, endpoint: Endpoint): readonly Verdict[] {
    if (this.isStopped) return [];
    const { endpoints, directory, pacing, clock, signals } = this.parts;
    const nowMs = clock.elapsed();
    signals.count('failures');
    signals.log('warn', error.code, error.message);
    this.lastError = error;
    if (scope === 'device') endpoint.circuit.succeeded(nowMs);
    else {
      endpoints.failed(endpoint, nowMs, pacing.spread(retryAfterMs));
      directory?.expire();
    }
    pacing.failed(nowMs, scope === 'device' ? retryAfterMs : 0);
    return [];
  }

  private stopGzip({ url }: Endpoint): readonly Verdict[] {
    this.mayGzip = false;
    this.parts.signals.log(
      'warn',
      'gzip-refused',
      `${url} does not accept gzip; sending uncompressed JSON from now on.`,
    );
    return [];
  }

  private split(problem: Problem, { length }: readonly QueuedRecord[]): readonly Verdict[] {
    if (length === 1) {
      this.succeeded();
      return [{ status: 'rejected', problem }];
    }
    this.batchLimit.halve(length);
    const message = `A request of ${length} records was refused (${problem.code}); sending fewer at a time.`;
    this.parts.signals.log('info', 'batch-split', message);
    return [];
  }

  private report(verdicts: readonly Verdict[], records: readonly QueuedRecord[]): void {
    const { signals } = this.parts;
    verdicts.forEach((verdict, index) => {
      const { recordId, text } = records[index]!;
      if (verdict.status === 'accepted') signals.accepted(recordId, verdict.receipt);
      if (verdict.status === 'rejected') signals.rejected(text, verdict.problem);
    });
  }
}

function asDeviceError(error: unknown): DeviceError {
  if (error instanceof DeviceError) return error;
  return new DeviceError('unreachable', 'The request failed; see the cause.', { cause: error });
}
