import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { LogEntry } from './event-log.js';
import { SharedPublisher, type Append } from './shared-publisher.js';
import { FakePublisher } from './testing/fake-publisher.js';

const TOPIC = 'topic';

function entry(name: string): LogEntry {
  return { key: Buffer.from('key'), value: Buffer.from(name), headers: {}, timestampMs: 0 };
}

function shared(publishTimeoutMs = 60_000): { inner: FakePublisher; publisher: SharedPublisher } {
  const inner = new FakePublisher();
  return { inner, publisher: new SharedPublisher(inner, { publishTimeoutMs }) };
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await nextTurn();
}

describe('SharedPublisher', () => {
  it('The publisher combines the calls of one turn of the event loop into one append', async () => {
    const { inner, publisher } = shared();
    await Promise.all(['a', 'b', 'c'].map((name) => publisher.publish(TOPIC, [entry(name)])));
    expect(inner.calls.map(({ entries }) => entries.length)).toEqual([3]);
  });

  it('The publisher gives every caller the outcomes of the entries of that caller, in order', async () => {
    const { inner, publisher } = shared();
    inner.reasonAgainst = ({ value }) => (value?.toString() === 'b2' ? 'full' : undefined);
    const [a, b, c] = await Promise.all([
      publisher.publish(TOPIC, [entry('a')]),
      publisher.publish(TOPIC, [entry('b1'), entry('b2'), entry('b3')]),
      publisher.publish(TOPIC, [entry('c')]),
    ]);
    expect(a).toEqual([{ written: true, partition: 0, offset: 0 }]);
    expect(b?.map(({ written }) => written)).toEqual([true, false, true]);
    expect(c).toEqual([{ written: true, partition: 0, offset: 3 }]);
  });

  it('The publisher collects calls while two appends are in progress, and then sends them together', async () => {
    const { inner, publisher } = shared();
    inner.hold();
    const calls: Promise<unknown>[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      calls.push(publisher.publish(TOPIC, [entry(name)]));
      await turns(2);
    }
    expect(inner.calls.map(({ entries }) => entries.length)).toEqual([1, 1]);
    inner.release();
    await Promise.all(calls);
    expect(inner.calls.map(({ entries }) => entries.length)).toEqual([1, 1, 3]);
  });

  it('The publisher waits its full time when the clock of the machine is changed', async () => {
    const { inner, publisher } = shared(500);
    const { now } = Date;
    try {
      inner.hold();
      const call = publisher.publish(TOPIC, [entry('a')]);
      Date.now = () => now() + 3_600_000;
      const next = publisher.publish(TOPIC, [entry('b')]);
      expect(publisher.load.oldestAgeMs).toBeLessThan(3_600_000);
      Date.now = () => now() - 3_600_000;
      expect(publisher.load.oldestAgeMs).toBeGreaterThanOrEqual(0);
      // Nothing is confirmed: both end at their own deadline, which a clock set back would have put off by an hour.
      expect((await Promise.all([call, next])).flat().map(({ written }) => written)).toEqual([false, false]);
    } finally {
      Date.now = now;
      inner.release();
    }
  });

  it('The publisher reports how many entries are open, and how many the log has settled', async () => {
    const { inner, publisher } = shared();
    expect(publisher.load).toEqual({ openEntries: 0, settledEntries: 0, oldestAgeMs: 0 });
    inner.hold();
    const calls = [publisher.publish(TOPIC, [entry('a'), entry('b')]), publisher.publish(TOPIC, [entry('c')])];
    expect(publisher.load).toMatchObject({ openEntries: 3, settledEntries: 0 });
    await turns(2);
    inner.release();
    await Promise.all(calls);
    expect(publisher.load).toEqual({ openEntries: 0, settledEntries: 3, oldestAgeMs: 0 });
  });

  it('The publisher keeps an append below the size that a broker accepts', async () => {
    const { inner, publisher } = shared();
    const big = { ...entry('x'), value: Buffer.alloc(500_000) };
    await Promise.all([1, 2, 3].map(() => publisher.publish(TOPIC, [big])));
    expect(inner.calls.map(({ entries }) => entries.length)).toEqual([1, 1, 1]);
  });

  it('Entries that are not acknowledged in time count as not written, and those still queued are never sent', async () => {
    const { inner, publisher } = shared(20);
    inner.hold();
    const first = publisher.publish(TOPIC, [entry('a')]);
    await turns(2);
    const second = publisher.publish(TOPIC, [entry('b')]);
    await turns(2);
    const waiting = publisher.publish(TOPIC, [entry('c')]);
    for (const outcomes of await Promise.all([first, second, waiting])) expect(outcomes[0]?.written).toBe(false);
    inner.release();
    await turns(4);
    expect(inner.records.map(({ value }) => value?.toString())).toEqual(['a', 'b']);
  });

  it('The publisher returns an error of the event log to every caller that it concerns', async () => {
    const { inner, publisher } = shared();
    inner.error = new Error('closed');
    const calls = [publisher.publish(TOPIC, [entry('a')]), publisher.publish(TOPIC, [entry('b')])];
    for (const result of await Promise.allSettled(calls)) expect(result.status).toBe('rejected');
    inner.error = undefined;
    await expect(publisher.publish(TOPIC, [entry('c')])).resolves.toHaveLength(1);
  });

  it('The publisher keeps topics apart', async () => {
    const { inner, publisher } = shared();
    await Promise.all([publisher.publish('one', [entry('a')]), publisher.publish('two', [entry('b')])]);
    expect(inner.calls.map(({ topic }) => topic)).toEqual(['one', 'two']);
  });

  it('The publisher reports each append with its size and its flush reason', async () => {
    const inner = new FakePublisher();
    const appends: Append[] = [];
    const publisher = new SharedPublisher(inner, {
      publishTimeoutMs: 60_000,
      onAppend: (append) => appends.push(append),
    });
    inner.reasonAgainst = ({ value }) => (value?.toString() === 'bad' ? 'full' : undefined);
    const big = { ...entry('x'), value: Buffer.alloc(500_000) };
    await Promise.all(
      [[big], [big], [entry('bad'), entry('good')]].map((entries) => publisher.publish(TOPIC, entries)),
    );
    const durationMs = expect.any(Number);
    expect(appends.map(({ entries }) => entries.length)).toEqual([1, 3]);
    expect(appends).toMatchObject([
      { topic: TOPIC, records: 1, flushReason: 'full', durationMs, isConfirmed: true },
      { topic: TOPIC, records: 3, flushReason: 'due', durationMs, isConfirmed: false },
    ]);
  });

  it('The publisher reports an append that failed', async () => {
    const inner = new FakePublisher();
    const appends: Append[] = [];
    const publisher = new SharedPublisher(inner, {
      publishTimeoutMs: 60_000,
      onAppend: (append) => appends.push(append),
    });
    inner.error = new Error('closed');
    await expect(publisher.publish(TOPIC, [entry('a')])).rejects.toThrow('closed');
    expect(appends).toMatchObject([{ records: 1, isConfirmed: false }]);
  });

  it('The publisher does not call the event log for an empty call', async () => {
    const { inner, publisher } = shared();
    expect(await publisher.publish(TOPIC, [])).toEqual([]);
    expect(inner.calls).toEqual([]);
  });
});
