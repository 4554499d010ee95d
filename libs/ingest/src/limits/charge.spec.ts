import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { defaultsOf } from '@sluice/settings';
import { FakeClock } from '@sluice/test-kit';
import { RATE_LIMIT_SETTINGS } from './rate-limit.settings.js';
import type { Charge, Cost } from './charge.js';
import { RateLimits } from './rate-limits.js';

const RATE = 10;
const BURST_SECONDS = 3;
const LARGEST = { records: 200, bytes: 500 };
const SENDER = { principal: undefined, address: '10.0.0.1' };

/** Requests of one sender that overlap as they like: each entry is a step of one of them, some time after the step before. */
const STEPS = fc.array(
  fc.record({
    request: fc.nat(9),
    afterMs: fc.nat(6_000),
    records: fc.integer({ min: 1, max: LARGEST.records }),
    bytes: fc.nat(LARGEST.bytes),
    isBroken: fc.boolean(),
  }),
  { maxLength: 120 },
);

/** A limit of records and one of bytes, and what came of the requests. */
class Limited {
  readonly clock = new FakeClock();
  readonly limits = new RateLimits(
    {
      ...defaultsOf(RATE_LIMIT_SETTINGS),
      addressRecordsPerSecond: RATE,
      addressBytesPerSecond: RATE,
      limitBurstSeconds: BURST_SECONDS,
    },
    this.clock,
  );
  readonly accepted = { records: 0, bytes: 0 };
  readonly underWay = new Map<number, Charge>();

  step({ request, afterMs, records, bytes, isBroken }: { [K in keyof StepOf]: StepOf[K] }): void {
    this.clock.advance(afterMs);
    const charge = this.underWay.get(request);
    if (charge === undefined) this.begin(request, { records: 1, bytes });
    else this.end(request, charge, { records, bytes }, isBroken);
  }

  private begin(request: number, cost: Cost): void {
    const charge = this.limits.chargeOf(SENDER);
    const refusal = charge.reserve(cost);
    if (refusal === undefined) this.underWay.set(request, charge);
    else expectSane(refusal.retryAfterSeconds!);
  }

  private end(request: number, charge: Charge, cost: { records: number; bytes: number }, isBroken: boolean): void {
    this.underWay.delete(request);
    if (isBroken) return charge.close({});
    const refusal = charge.settle(cost);
    if (refusal !== undefined) return expectSane(refusal.retryAfterSeconds!);
    this.accepted.records += cost.records;
    this.accepted.bytes += cost.bytes;
  }
}

type StepOf = typeof STEPS extends fc.Arbitrary<(infer S)[]> ? S : never;

/** No sender waits longer than the largest request takes to be paid back. */
function expectSane(seconds: number): void {
  expect(seconds).toBeGreaterThanOrEqual(1);
  expect(seconds).toBeLessThanOrEqual(Math.ceil((Math.max(LARGEST.records, LARGEST.bytes) + 1) / RATE));
}

describe('Parallel requests of one sender', () => {
  it('Parallel requests of one sender are accepted up to the burst, the rate and one largest request, and never wait longer than that takes', () => {
    fc.assert(
      fc.property(STEPS, (steps) => {
        const limited = new Limited();
        for (const step of steps) {
          limited.step(step);
          const earned = RATE * (BURST_SECONDS + limited.clock.elapsedMs / 1_000) + 1e-6;
          expect(limited.accepted.records).toBeLessThanOrEqual(earned + LARGEST.records);
          expect(limited.accepted.bytes).toBeLessThanOrEqual(earned + LARGEST.bytes);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('Parallel requests of one sender cost nothing when none of them arrives', () => {
    fc.assert(
      fc.property(STEPS, (steps) => {
        const limited = new Limited();
        for (const step of steps) limited.step({ ...step, isBroken: true });
        for (const charge of limited.underWay.values()) charge.close({});
        const full = limited.limits.chargeOf(SENDER).headers({ records: 1, bytes: 0 });
        expect(full['ratelimit']).toBe('"address-records";r=30;t=1, "address-bytes";r=30;t=1');
      }),
    );
  });
});
