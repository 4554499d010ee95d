import { expect } from '@jest/globals';
import { Device } from '../device.js';
import type { DeviceOptions } from '../options.js';
import type { ReportedRecord } from '../record.js';
import type { LogEntry, Problem } from '../signals.js';
import { FakeGateway } from './fake-gateway.js';
import { ManualClock } from './manual-clock.js';

/** A device on a manual clock with a fake gateway, and the calls of its handlers. */
export class TestDevice {
  readonly accepted: string[] = [];
  readonly rejected: { record: ReportedRecord; problem: Problem }[] = [];
  readonly dropped: { record: ReportedRecord; reason: string }[] = [];
  readonly logged: LogEntry[] = [];
  readonly device: Device;

  constructor(
    options: Partial<DeviceOptions> = {},
    readonly gateway = new FakeGateway(),
    readonly clock = new ManualClock(),
  ) {
    this.device = new Device({
      deviceId: 'dev-1',
      endpoints: 'http://own.test',
      fetch: gateway.fetch,
      clock,
      random: () => 0.5,
      gzip: false,
      batch: { maxAgeMs: 0 },
      onAccepted: (recordId) => this.accepted.push(recordId),
      onRejected: (record, problem) => this.rejected.push({ record, problem }),
      onDropped: (record, reason) => this.dropped.push({ record, reason }),
      log: (entry) => this.logged.push(entry),
      ...options,
    });
  }

  /** Reports `{ n: from }` up to `{ n: to }` under ids of the same numbers. */
  reportNumbers(from: number, to: number): void {
    for (let n = from; n <= to; n++) this.device.report({ n }, { recordId: `r${n}` });
  }

  /** Closes the device, which must leave nothing running and never have had two requests in progress. */
  async end(): Promise<void> {
    await this.device.close({ timeoutMs: 0 });
    expect(this.clock.pendingTimers).toBe(0);
    expect(this.gateway.mostInFlight).toBeLessThanOrEqual(1);
  }

  get logCodes(): string[] {
    return this.logged.map(({ code }) => code);
  }
}
