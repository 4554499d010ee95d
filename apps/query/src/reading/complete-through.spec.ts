import { describe, expect, it } from '@jest/globals';
import { EventLogError } from '@sluice/event-log';
import { seededRandom } from '@sluice/record-store/testing';
import { FakeClock } from '@sluice/test-kit';
import { FakeEventLog } from '../testing/fake-event-log.js';
import { CompleteThrough } from './complete-through.js';

const NOW_MS = Date.parse('2025-09-09T17:00:10Z');
const OPTIONS = { publishTimeoutMs: 3_000, clockToleranceMs: 500 };
const MARGIN_MS = 4_000;
const textOf = (ms: number) => new Date(ms).toISOString();

function complete(partitions: number, options = {}) {
  const { events } = new FakeEventLog(partitions);
  const clock = new FakeClock(NOW_MS);
  return { events, clock, through: new CompleteThrough(events, clock, { ...OPTIONS, ...options }) };
}

describe('complete_through', () => {
  it('The time is one margin before the clock while no record is buffered', async () => {
    const { through } = complete(3);
    expect(await through.text()).toBe(textOf(NOW_MS - MARGIN_MS));
  });

  it('The time is one margin before the receipt of the oldest buffered record of any partition', async () => {
    const { events, through } = complete(1);
    events.append({ timestampMs: NOW_MS - 60_000 });
    events.append({ timestampMs: NOW_MS - 90_000 });
    expect(await through.text()).toBe(textOf(NOW_MS - 60_000 - MARGIN_MS));
  });

  it('The time advances with the committed offset', async () => {
    const { events, clock, through } = complete(1);
    events.append({ timestampMs: NOW_MS - 60_000 });
    await through.text();
    events.committed[0] = 1;
    clock.advance(1_000);
    expect(await through.text()).toBe(textOf(NOW_MS + 1_000 - MARGIN_MS));
  });

  it('The time never goes back: once complete, always complete', async () => {
    const { events, clock, through } = complete(1);
    await through.text();
    events.append({ timestampMs: NOW_MS - 60_000 });
    clock.advance(1_000);
    expect(await through.text()).toBe(textOf(NOW_MS - MARGIN_MS));
  });

  it('The time is unknown before the first answer of the log, and stays while the log is unavailable', async () => {
    const { events, clock, through } = complete(1);
    events.error = new EventLogError('unavailable', 'away');
    expect(await through.text()).toBeNull();
    events.error = undefined;
    expect(await through.text()).toBe(textOf(NOW_MS - MARGIN_MS));
    events.error = new EventLogError('unavailable', 'away');
    clock.advance(10_000);
    expect(await through.text()).toBe(textOf(NOW_MS - MARGIN_MS));
  });

  it('The time is unknown if the store may show a record late', async () => {
    expect(await complete(1, { isKnown: false }).through.text()).toBeNull();
  });

  it('Concurrent reads ask the log once', async () => {
    const { events, through } = complete(1);
    let asked = 0;
    const positions = events.positions.bind(events);
    events.positions = () => {
      asked++;
      return positions();
    };
    await Promise.all([through.text(), through.text(), through.text()]);
    await through.text();
    expect(asked).toBe(1);
  });
});

interface Taken {
  receivedAtMs: number;
  appendAtMs: number;
  /** When the worker committed it; left out: never. */
  committedAtMs?: number;
}

/**
 * Gateways with different clocks append records with delays to random partitions; a worker commits now and then.
 *
 * @returns how many records were received up to a time that was reported as complete, and were committed only later
 */
async function violationsOf(
  seed: number,
  said: Partial<typeof OPTIONS> = {},
): Promise<{ claims: number; violations: number }> {
  const random = seededRandom(seed);
  const upTo = (most: number) => Math.floor(random() * (most + 1));
  const { events, clock, through } = complete(3, said);
  const offsets = Array.from({ length: 4 }, () => upTo(OPTIONS.clockToleranceMs));
  const taken: Taken[] = [];
  const queued: Taken[] = [];
  const placed: Taken[][] = [[], [], []];
  const claims: { throughMs: number; atMs: number }[] = [];
  let nowMs = NOW_MS;
  for (let step = 0; step < 3_000; step++) {
    const passedMs = upTo(100);
    nowMs += passedMs;
    clock.advance(passedMs);
    for (let count = upTo(2); count > 0; count--) {
      const record = {
        receivedAtMs: nowMs + offsets[upTo(3)]!,
        appendAtMs: nowMs + upTo(random() < 0.2 ? OPTIONS.publishTimeoutMs : 50),
      };
      taken.push(record);
      queued.push(record);
    }
    queued.sort((a, b) => a.appendAtMs - b.appendAtMs);
    while (queued.length > 0 && queued[0]!.appendAtMs <= nowMs) {
      const partition = upTo(2);
      placed[partition]!.push(queued[0]!);
      events.appendTo(partition, { timestampMs: queued.shift()!.receivedAtMs });
    }
    if (random() < 0.3) commitSome(upTo(2));
    if (random() < 0.3) claims.push({ throughMs: Date.parse((await through.text())!), atMs: nowMs });
  }
  const isLate = (record: Taken, { throughMs, atMs }: (typeof claims)[number]) =>
    record.receivedAtMs <= throughMs && !((record.committedAtMs ?? Infinity) <= atMs);
  const violations = taken.filter((record) => claims.some((claim) => isLate(record, claim)));
  return { claims: new Set(claims.map(({ throughMs }) => throughMs)).size, violations: violations.length };

  function commitSome(partition: number): void {
    const { length } = placed[partition]!;
    const committed = events.committed[partition]!;
    const end = random() < 0.7 ? length : committed + upTo(length - committed);
    for (const record of placed[partition]!.slice(committed, end)) record.committedAtMs = nowMs;
    events.commit(partition, end);
  }
}

describe('The guarantee of complete_through', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'The guarantee holds with gateways whose clocks differ and whose appends are out of order (seed %i)',
    async (seed) => {
      const { claims, violations } = await violationsOf(seed);
      expect(violations).toBe(0);
      expect(claims).toBeGreaterThan(100);
    },
  );

  it('The guarantee fails with a smaller margin, which this suite notices', async () => {
    expect((await violationsOf(1, { publishTimeoutMs: 0 })).violations).toBeGreaterThan(0);
  });
});
