import { systemRandom } from './clock.js';
import { Delivery } from './delivery/delivery.js';
import { Pacing } from './delivery/pacing.js';
import { Wire } from './delivery/wire.js';
import { DeviceError } from './device-error.js';
import { Directory } from './endpoints/directory.js';
import { Endpoints } from './endpoints/endpoints.js';
import { settingsOf, type DeviceOptions, type Settings } from './options.js';
import { Queue, type Kept } from './queue/queue.js';
import { encodeRecord, headOf, type Payload, type ReportOptions } from './record.js';
import { uuidV7 } from './record-id.js';
import { Signals, type Totals } from './signals.js';

export interface Report {
  recordId: string;
  /** What became of the record on its way into the queue. Never rejects. */
  kept: Promise<Kept>;
}

export interface DeviceState extends Totals {
  /** Records without a verdict. */
  queued: number;
  /** Bytes of JSON of these. */
  queuedBytes: number;
  /** Why the last request failed; `undefined` if it did not. */
  lastError: DeviceError | undefined;
}

interface Flush {
  upToKey: number;
  settle: (error?: DeviceError) => void;
}

const FLUSH_TIMEOUT_MS = 30_000;
const CLOSE_TIMEOUT_MS = 5000;

/**
 * One device that reports to a gateway. Make one for each `deviceId`, keep it, and close it in the end.
 *
 * A record is delivered at least once and stored once: it has its id before the first try, and leaves the queue only when
 * the gateway has said what became of it.
 */
export class Device {
  private readonly settings: Settings;
  private readonly signals: Signals;
  private readonly queue: Queue;
  private readonly delivery: Delivery;
  private readonly flushes = new Set<Flush>();
  private closing: Promise<{ undelivered: number }> | undefined;

  /** @throws DeviceError `invalid-option`, `queue-file-mismatch` if the queue file is of another device */
  constructor(options: DeviceOptions) {
    this.settings = settingsOf(options);
    const { urls, circuit, clock, random, storage, deviceId } = this.settings;
    this.checkOwner();
    this.signals = new Signals(options);
    this.queue = new Queue(this.settings.queue, storage, clock, this.signals);
    const endpoints = new Endpoints(urls, circuit, random);
    const wire = new Wire(this.settings.fetch, this.settings.token, this.settings.requestTimeoutMs, clock);
    const directory = this.settings.directory
      ? new Directory(deviceId, endpoints, wire, clock, random, this.signals)
      : undefined;
    const pacing = new Pacing(this.settings.retry, random);
    const parts = { queue: this.queue, endpoints, directory, pacing, wire, clock, signals: this.signals };
    this.delivery = new Delivery(this.settings, parts, () => this.settled());
    this.recover();
  }

  /**
   * Queues a record and returns at once; delivery continues in the background. The payload is copied.
   *
   * @throws DeviceError `invalid-payload`, `invalid-timestamp`, `invalid-record-id` and `record-too-large` for a record that can
   *   never be sent, `queue-full` (see `block`), `closed`
   */
  report(payload: Payload, options: ReportOptions = {}): Report {
    if (this.closing !== undefined)
      throw new DeviceError('closed', 'The device is closed and accepts no more reports.');
    const { deviceId, clock } = this.settings;
    const recordId = options.recordId ?? uuidV7(clock.now(), systemRandom);
    const timestamp = options.timestamp ?? new Date(clock.now());
    const kept = this.queue.add(encodeRecord(deviceId, recordId, timestamp, payload));
    this.signals.count('reported');
    this.delivery.wake();
    return { recordId, kept };
  }

  /**
   * Sends what has been reported so far without waiting for full batches. Resolves when each of these records has been accepted,
   * rejected or dropped. Backoff and `Retry-After` are kept to. Nothing is lost when it rejects: delivery continues.
   *
   * @param timeoutMs milliseconds; default 30,000
   * @throws DeviceError `flush-timeout`, whose cause is why the last request failed; `closed` if the device was closed meanwhile
   */
  flush({ timeoutMs = FLUSH_TIMEOUT_MS }: { timeoutMs?: number } = {}): Promise<void> {
    const flushed = this.closing === undefined ? this.startFlush(timeoutMs) : Promise.reject(closedMeanwhile());
    // A caller that does not wait for it must not get an unhandled rejection.
    flushed.catch(() => {});
    return flushed;
  }

  /**
   * Accepts no more reports, tries to deliver the queue, and releases every timer, request and file. Idempotent; never rejects.
   * Undelivered records stay in the queue file, or are passed to `onDropped` as `closed` if there is none.
   *
   * @param timeoutMs how long to try, in milliseconds; default 5000. Ends earlier if no request is allowed before that.
   */
  close({ timeoutMs = CLOSE_TIMEOUT_MS }: { timeoutMs?: number } = {}): Promise<{ undelivered: number }> {
    this.closing ??= this.shutDown(timeoutMs);
    return this.closing;
  }

  state(): DeviceState {
    const { queue, delivery } = this;
    return {
      ...this.signals.totals,
      queued: queue.length + queue.outside,
      queuedBytes: queue.bytes,
      lastError: delivery.lastError,
    };
  }

  private checkOwner(): void {
    const { storage, deviceId } = this.settings;
    const isForeign = (text: string) => headOf(text).device_id !== deviceId;
    if (!storage.recovered.some(({ text }) => isForeign(text))) return;
    const message = `The queue file has records of another device than ${deviceId}. Give each device a separate file.`;
    throw new DeviceError('queue-file-mismatch', message);
  }

  private recover(): void {
    for (const finding of this.settings.storage.findings) this.signals.write(finding);
    if (this.queue.length === 0) return;
    this.signals.log('info', 'records-recovered', `${this.queue.length} records were waiting in the queue file.`);
    this.delivery.wake();
  }

  private async shutDown(timeoutMs: number): Promise<{ undelivered: number }> {
    await this.delivery.finish(timeoutMs);
    this.settled();
    for (const flush of [...this.flushes]) flush.settle(closedMeanwhile());
    await this.settings.storage.close();
    return { undelivered: this.queue.abandon() };
  }

  private startFlush(timeoutMs: number): Promise<void> {
    const { clock } = this.settings;
    return new Promise((resolve, reject) => {
      const cancel = clock.after(timeoutMs, () => flush.settle(this.flushTimedOut(timeoutMs)));
      const flush: Flush = {
        upToKey: this.queue.lastKey,
        settle: (error) => {
          cancel();
          this.flushes.delete(flush);
          if (error === undefined) resolve();
          else reject(error);
        },
      };
      this.flushes.add(flush);
      this.delivery.hurry();
      this.settled();
    });
  }

  private flushTimedOut(timeoutMs: number): DeviceError {
    const message = `${this.queue.length} records are still queued after ${timeoutMs} ms; delivery continues.`;
    return new DeviceError('flush-timeout', message, { cause: this.delivery.lastError });
  }

  /** After each request, and whenever records may have left the queue. */
  private settled(): void {
    const oldestKey = this.queue.oldest?.key ?? Infinity;
    for (const flush of [...this.flushes]) if (oldestKey > flush.upToKey) flush.settle();
  }
}

function closedMeanwhile(): DeviceError {
  return new DeviceError('closed', 'The device was closed before everything was delivered.');
}
