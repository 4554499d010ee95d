import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { defaultsOf } from '@sluice/settings';
import { FakeClock } from '@sluice/test-kit';
import type { LeaseAsk } from './lease.js';
import { LeaseOffice } from './lease-office.js';
import { RATE_LIMIT_SETTINGS, type RateLimitOptions } from './rate-limit.settings.js';
import { RateLimits } from './rate-limits.js';

const RATE = 100;
const SENDER = { principal: undefined, address: '10.0.0.1' };
const DEVICE = 'dev-1';

/** Processes that share the limits of one office, over a channel that counts what goes through it. */
class Processes {
  readonly clock = new FakeClock();
  readonly limits: RateLimits[];
  asks = 0;
  isCut = false;
  private readonly office: LeaseOffice;

  constructor(count: number, given: Partial<RateLimitOptions> = { addressRecordsPerSecond: RATE }) {
    const options = { ...defaultsOf(RATE_LIMIT_SETTINGS), limitBurstSeconds: 1, ...given };
    this.office = new LeaseOffice(options, this.clock);
    const shared = { processes: count, source: (asks: readonly LeaseAsk[]) => this.answer(asks) };
    this.limits = Array.from({ length: count }, () => new RateLimits(options, this.clock, shared));
  }

  /** One request on process `at`. @returns the records that were accepted */
  async request(at: number, records: number): Promise<number> {
    const charge = this.limits[at]!.chargeOf(SENDER);
    await charge.prepare({ records: 1 });
    let refusal = charge.reserve({ records: 1 });
    if (refusal === undefined) {
      await charge.prepare({ records });
      refusal = charge.settle({ records });
    }
    charge.release();
    return refusal === undefined ? records : 0;
  }

  /** A batch of one device on process `at`. @returns the records that were accepted */
  async batch(at: number, records: number): Promise<number> {
    const limits = this.limits[at]!;
    const costs = Array.from({ length: records }, () => ({ deviceId: DEVICE, bytes: 10 }));
    await limits.prepareDevices(costs);
    const accepted = costs.filter(({ deviceId, bytes }) => limits.chargeDevice(deviceId, bytes) === undefined).length;
    limits.releaseDevices(costs);
    return accepted;
  }

  private async answer(asks: readonly LeaseAsk[]) {
    if (this.isCut) throw new Error('no answer in time');
    this.asks += asks.length;
    return this.office.answer(asks);
  }
}

let processes: Processes;
beforeEach(() => {
  processes = new Processes(4);
});

/** `seconds` in steps of 20 ms, in each of them one request on each of these processes. @returns the accepted records */
async function offer(seconds: number, on: readonly number[], records: number): Promise<number> {
  let accepted = 0;
  for (let step = 0; step < seconds * 50; step++) {
    processes.clock.advance(20);
    accepted += (await Promise.all(on.map((at) => processes.request(at, records)))).reduce((a, b) => a + b);
  }
  return accepted;
}

describe('Limits that several processes share', () => {
  it('Limits that several processes share give a sender with a single connection its whole rate', async () => {
    const accepted = await offer(20, [2], 4);
    expect(accepted).toBeGreaterThanOrEqual(0.95 * RATE * 20);
    expect(accepted).toBeLessThanOrEqual(RATE * 21 + 4);
  });

  it('Limits that several processes share give no more to a sender with a connection to each', async () => {
    const accepted = await offer(20, [0, 1, 2, 3], 4);
    expect(accepted).toBeGreaterThanOrEqual(0.95 * RATE * 20);
    expect(accepted).toBeLessThanOrEqual(RATE * 21 + 4);
  });

  it('Limits that several processes share follow a sender whose connection moves', async () => {
    let accepted = 0;
    for (let second = 0; second < 20; second++) accepted += await offer(1, [second % 4], 4);
    expect(accepted).toBeGreaterThanOrEqual(0.8 * RATE * 20);
    expect(accepted).toBeLessThanOrEqual(RATE * 21 + 4);
  });

  it('Limits that several processes share admit one request that is larger than the limit, and then none on any process until that is paid back', async () => {
    expect(await processes.request(0, 60 * RATE)).toBe(60 * RATE);
    expect(await offer(58, [0, 1, 2, 3], 1)).toBe(0);
    expect(await offer(2, [3], 1)).toBeGreaterThan(0);
  });

  it('Limits that several processes share are overdrawn by at most one largest request, also when such requests arrive in parallel on all processes', async () => {
    const largest = 60 * RATE;
    const at = [0, 1, 2, 3, 0, 1, 2, 3];
    const accepted = await Promise.all(at.map((process) => processes.request(process, largest)));
    expect(accepted.filter((records) => records > 0)).toHaveLength(1);
  });

  it('Limits that several processes share request at most ten leases a second while a sender keeps to its rate', async () => {
    await offer(10, [0], 2);
    processes.asks = 0;
    await offer(10, [0], 2);
    expect(processes.asks).toBeLessThanOrEqual(2 * 10 * 10);
  });

  it('Limits that several processes share request no lease while a limit is known to be exceeded', async () => {
    await processes.request(0, 60 * RATE);
    await processes.request(0, 1);
    processes.asks = 0;
    for (let times = 0; times < 50; times++) expect(await processes.request(0, 1)).toBe(0);
    expect(processes.asks).toBe(0);
  });

  it('Limits that several processes share get back what a request has leased and did not need', async () => {
    processes = new Processes(2, { addressBytesPerSecond: RATE });
    const charge = processes.limits[0]!.chargeOf(SENDER);
    await charge.prepare({ bytes: 50 * RATE });
    expect(charge.reserve({ bytes: 50 * RATE })).toBeUndefined();
    charge.close({});
    charge.release();
    processes.clock.advance(1_000);
    const other = processes.limits[1]!.chargeOf(SENDER);
    await other.prepare({ bytes: RATE / 2 });
    expect(other.reserve({ bytes: RATE / 2 })).toBeUndefined();
  });

  it('Limits that several processes share hold for the records of one device', async () => {
    processes = new Processes(4, { deviceRecordsPerSecond: RATE, deviceBytesPerSecond: 100 * RATE });
    let accepted = 0;
    for (let step = 0; step < 100; step++) {
      processes.clock.advance(100);
      accepted += (await Promise.all([0, 1, 2, 3].map((at) => processes.batch(at, 30)))).reduce((a, b) => a + b);
    }
    expect(accepted).toBeGreaterThanOrEqual(0.9 * RATE * 10);
    expect(accepted).toBeLessThanOrEqual(1.1 * RATE * 11);
  });

  it('Limits that several processes share are divided while the process that holds them does not answer', async () => {
    processes.isCut = true;
    const accepted = await offer(20, [0, 1, 2, 3], 4);
    expect(accepted).toBeGreaterThanOrEqual(0.8 * RATE * 20);
    expect(accepted).toBeLessThanOrEqual(1.1 * RATE * 21);
  });

  it('Limits that several processes share hold for any requests to any of the processes', async () => {
    const steps = fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 300 }), fc.nat(400)), { maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(steps, async (requests) => {
        processes = new Processes(4);
        let accepted = 0;
        let elapsedMs = 0;
        for (const [at, records, afterMs] of requests) {
          processes.clock.advance(afterMs);
          elapsedMs += afterMs;
          accepted += await processes.request(at, records);
        }
        expect(accepted).toBeLessThanOrEqual(RATE + (elapsedMs / 1000) * RATE + 300);
      }),
      { numRuns: 40 },
    );
  });
});
