import { beforeEach, describe, expect, it } from '@jest/globals';
import { EventLogError, type FailureCause, type PublishOutcome } from '@sluice/event-log';
import { FakeClock } from '@sluice/test-kit';
import type { IngestLogger } from './logger.js';
import { LogReachability } from './log-reachability.js';

const WRITTEN: PublishOutcome = { written: true, partition: 0, offset: 0 };
const FAILED: PublishOutcome = { written: false, reason: 'no leader', cause: 'no-leader' };

let clock: FakeClock;
let lines: unknown[][];
let reachability: LogReachability;
beforeEach(() => {
  clock = new FakeClock();
  lines = [];
  reachability = new LogReachability(clock, {
    warn: (...line: unknown[]) => lines.push(line),
  } as unknown as IngestLogger);
});

it('The reachability of the log says nothing while the log acknowledges', () => {
  reachability.note([WRITTEN, WRITTEN]);
  expect(lines).toEqual([]);
});

it('The reachability of the log reports once that the log does not acknowledge, with the reason, and once that it does again', () => {
  reachability.note([WRITTEN, FAILED]);
  reachability.note([FAILED]);
  expect(lines).toHaveLength(1);
  expect(lines[0]![0]).toEqual({ cause: 'no-leader', reason: 'no leader' });
  clock.advance(5000);
  reachability.note([WRITTEN]);
  reachability.note([WRITTEN]);
  expect(lines).toHaveLength(2);
});

it('The reachability of the log does not log every change of an event log that keeps failing and recovering', () => {
  for (let turn = 0; turn < 10; turn++) {
    reachability.note([FAILED]);
    clock.advance(100);
    reachability.note([WRITTEN]);
  }
  expect(lines).toHaveLength(1);
});

describe('Readiness', () => {
  const fails = (failure: FailureCause) => () =>
    Promise.reject(new EventLogError('unavailable', 'broker:9092', { failure }));
  const succeeds = () => Promise.resolve();
  const readiness = (probe: () => Promise<void>) => reachability.requireWritable(probe);

  it('Readiness asks no probe while the last record was acknowledged', async () => {
    let probes = 0;
    const probe = async () => void probes++;
    await readiness(probe);
    reachability.note([FAILED]);
    reachability.note([WRITTEN]);
    await readiness(probe);
    expect(probes).toBe(0);
  });

  it('Readiness is red while the last record has failed and the probe fails, with the latest cause and no host', async () => {
    reachability.note([FAILED]);
    clock.advance(3600_000);
    await expect(readiness(fails('authorization'))).rejects.toThrow(
      'the last record was not confirmed (authorization: this service lacks a right on the event log)',
    );
    await expect(readiness(succeeds)).rejects.toThrow('authorization');
  });

  it('Readiness is green again as soon as a record is acknowledged', async () => {
    reachability.note([FAILED]);
    reachability.note([WRITTEN]);
    await expect(readiness(fails('timeout'))).resolves.toBeUndefined();
  });

  it('Readiness is green again by a probe, because a gateway that is not ready gets no records', async () => {
    reachability.note([FAILED]);
    await expect(readiness(fails('no-space'))).rejects.toThrow('no-space');
    clock.advance(5000);
    await readiness(succeeds);
    await readiness(fails('no-space'));
    expect(lines.at(-1)).toEqual(['the event log acknowledges again']);
  });

  it('Readiness shares one probe between all callers, and a record that failed meanwhile counts', async () => {
    reachability.note([FAILED]);
    const { promise, resolve } = Promise.withResolvers<void>();
    let probes = 0;
    const probe = () => {
      probes++;
      return promise;
    };
    const asked = [readiness(probe), readiness(probe)];
    reachability.note([{ written: false, reason: 'full', cause: 'no-space' }]);
    resolve();
    for (const one of asked) await expect(one).rejects.toThrow('no-space');
    expect(probes).toBe(1);
  });

  it('Readiness does not change for a record that the event log refuses because of its content', async () => {
    reachability.note([{ written: false, reason: 'MESSAGE_TOO_LARGE', cause: 'record' }]);
    await readiness(fails('timeout'));
    expect(lines).toEqual([]);
  });
});
