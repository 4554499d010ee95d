import { Device, type DeviceOptions } from '@sluice/device';
import { Arrivals } from '../load/arrivals.js';
import type { Ledger } from '../load/ledger/ledger.js';
import type { Random } from '../load/ledger/random.js';
import { DeviceNetwork, type NetworkParts } from './device-network.js';
import { clockSkewMs, DUPLICATE_SHARE, malformed, MALFORMED_SHARE, OfflineSpells, type Measured } from './faults.js';
import type { FleetOptions } from './options.js';
import { profileOf, type Profile } from './profiles.js';

/** What a device shares with the rest of its fleet. */
export interface FleetParts extends NetworkParts {
  options: FleetOptions;
  ledger: Ledger;
}

/** A record that has no verdict yet. */
interface OpenReport {
  atMs: number;
  isMalformed: boolean;
}

interface Repeatable extends Measured {
  recordId: string;
}

/** So many of the last reports may be repeated. */
const REMEMBERED = 20;

/** One device of the fleet: the real library, and a clock that gives it reports until it is stopped. */
export class SimulatedDevice {
  private readonly device: Device;
  private readonly profile: Profile;
  private readonly skewMs: number;
  private readonly network: DeviceNetwork;
  private readonly open = new Map<string, OpenReport>();
  private readonly recent: Repeatable[] = [];
  private readonly arrivals: Arrivals;
  private number = 0;

  constructor(
    readonly id: string,
    endpoints: readonly string[],
    private readonly parts: FleetParts,
    private readonly random: Random,
  ) {
    const { options } = parts;
    this.profile = profileOf(options.profile, random);
    this.skewMs = options.faults.includes('clock-skew') ? clockSkewMs(random, Date.now()) : 0;
    const spells = options.faults.includes('offline') ? new OfflineSpells(random) : undefined;
    this.network = new DeviceNetwork(parts, spells);
    this.device = new Device(this.deviceOptions(endpoints));
    // Anywhere within the first pause, as if it had been running for long.
    const firstAtMs = performance.now() + random.next() * this.pauseMs();
    const plan = { firstAtMs, pauseMs: () => this.pauseMs() };
    this.arrivals = new Arrivals(plan, (plannedAtMs) => this.reportDue(plannedAtMs));
  }

  /** Records without a verdict. */
  get queued(): number {
    return this.device.state().queued;
  }

  /** The endpoint that took its last request. */
  get takenAt(): string | undefined {
    return this.network.takenAt;
  }

  /** It reports no more; its network is there from now on, and what is queued is still delivered. */
  stopReporting(): void {
    this.arrivals.stop();
    this.network.stay();
  }

  /** Lets go of everything, delivered or not. */
  async close(): Promise<void> {
    this.stopReporting();
    await this.device.close({ timeoutMs: 0 });
  }

  private deviceOptions(endpoints: readonly string[]): DeviceOptions {
    const { options, ledger, tally } = this.parts;
    const { maxBackoffMs: maxDelayMs } = options;
    return {
      deviceId: this.id,
      endpoints,
      directory: !options.isFixed,
      ...(options.token !== undefined && { token: options.token }),
      fetch: this.network.fetch,
      batch: { maxRecords: options.batchRecords, maxAgeMs: options.batchAgeMs },
      retry: { maxDelayMs, baseDelayMs: Math.min(500, maxDelayMs) },
      circuit: { maxOpenMs: maxDelayMs, openMs: Math.min(5000, maxDelayMs) },
      onAccepted: (recordId, receipt) => {
        ledger.answered(this.id, recordId, 'acked', receipt);
        this.settle(recordId, 'acked');
      },
      onRejected: ({ recordId }) => {
        ledger.answered(this.id, recordId, 'refused');
        this.settle(recordId, 'rejected');
      },
      onDropped: () => void tally.dropped++,
      metrics: tally.metrics,
      log: tally.log,
    };
  }

  private settle(recordId: string, verdict: 'acked' | 'rejected'): void {
    const { tally } = this.parts;
    const report = this.open.get(recordId);
    if (report === undefined) return; // the verdict on a duplicate
    this.open.delete(recordId);
    tally[verdict]++;
    if (verdict === 'acked') tally.untilAcked.add(this.parts.elapsedMs() - report.atMs);
    if (report.isMalformed === (verdict === 'acked')) tally.misjudged.push(`${this.id}/${recordId}`);
  }

  private pauseMs(): number {
    return this.profile.pauseMs(this.random, 1000 / this.parts.options.rate, this.number);
  }

  private reportDue(plannedAtMs: number): void {
    this.parts.tally.lateness.add(performance.now() - plannedAtMs);
    this.reportNext();
  }

  private reportNext(): void {
    const { faults } = this.parts.options;
    const timestamp = new Date(Date.now() + this.skewMs).toISOString();
    const payload = this.profile.payload(this.random, this.number++) as Measured['payload'];
    const isMalformed = faults.includes('malformed') && this.random.next() < MALFORMED_SHARE;
    const measured = isMalformed ? malformed({ timestamp, payload }, this.random) : { timestamp, payload };
    const recordId = this.report(measured);
    this.parts.tally.reported++;
    this.open.set(recordId, { atMs: this.parts.elapsedMs(), isMalformed });
    if (!isMalformed && faults.includes('duplicates')) this.sometimesRepeat({ recordId, ...measured });
  }

  /** Written down before the device library can send it: it starts no request in the same turn. */
  private report({ timestamp, payload }: Measured, known?: string): string {
    const { recordId } = this.device.report(payload, { timestamp, ...(known !== undefined && { recordId: known }) });
    const record = { device_id: this.id, record_id: recordId, timestamp, data_payload: payload };
    this.parts.ledger.sent(record);
    return recordId;
  }

  private sometimesRepeat(report: Repeatable): void {
    this.recent.push(report);
    if (this.recent.length > REMEMBERED) this.recent.shift();
    if (this.random.next() >= DUPLICATE_SHARE) return;
    const { recordId, ...measured } = this.random.oneOf(this.recent);
    this.report(measured, recordId);
    this.parts.tally.duplicates++;
  }
}
