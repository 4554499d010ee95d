import { beforeEach, describe, expect, it } from '@jest/globals';
import { EventLogError, type BufferInspector, type PartitionPosition, type PublishLoad } from '@sluice/event-log';
import { FakePublisher } from '@sluice/event-log/testing';
import { PROBLEMS } from '@sluice/contracts';
import { FakeClock } from '@sluice/test-kit';
import { Admission } from './admission.js';
import { LagWatch } from './lag-watch.js';
import { isBackground, LoadShedding, SHEDDING_CODES, type RequestLoad } from './load-shedding.js';

const OPTIONS = {
  maxEventLoopDelayMs: 100,
  maxPublishDelayMs: 1000,
  backgroundMaxLagRecords: 100,
  backgroundMaxLagSeconds: 0,
  maxLagRecords: 1000,
  maxLagSeconds: 0,
};
const LIMITS = { maxBodyBytes: 1000, maxConcurrentRequests: 10, maxBytesInFlight: 1000 };

/** A publisher one of whose records has waited as long as the test says. */
class SlowPublisher extends FakePublisher {
  waitMs = 0;

  override get load(): PublishLoad {
    return { openEntries: this.waitMs > 0 ? 1 : 0, settledEntries: 0, oldestAgeMs: this.waitMs };
  }
}

let clock: FakeClock;
let publisher: SlowPublisher;
let watch: LagWatch;
let shedding: LoadShedding;
let admission: Admission;
let lines: { code?: string; msg: string }[];
let waiting: number | Error;

const inspector = {
  positions: async (): Promise<PartitionPosition[]> => {
    if (waiting instanceof Error) throw waiting;
    return [{ partition: 0, low: 0, committed: 0, high: waiting, note: '' }];
  },
} as BufferInspector;

const write = (fields: object | string, msg?: string): void =>
  void lines.push(typeof fields === 'string' ? { msg: fields } : { ...fields, msg: msg! });
const LOGGER = { info: write, warn: write };

beforeEach(() => {
  lines = [];
  waiting = 0;
  clock = new FakeClock();
  publisher = new SlowPublisher();
  watch = new LagWatch(OPTIONS, inspector, clock, LOGGER);
  admission = new Admission(LIMITS);
  shedding = new LoadShedding(OPTIONS, admission, publisher, watch, clock, LOGGER);
});

const load = (given: Partial<RequestLoad> = {}): RequestLoad => ({ priority: undefined, declaredBytes: 0, ...given });
const codeFor = (given: Partial<RequestLoad> = {}) => shedding.refusalOf(load(given))?.code;
const codesFor = (requests: number) => Array.from({ length: requests }, () => codeFor());

function observe(times: number, eventLoopDelayMs: number): void {
  for (let time = 0; time < times; time++) shedding.observe(eventLoopDelayMs);
}

/** So many requests arrive in each of two turns of the event loop, and each turn is late. */
function overload(requests: number, eventLoopDelayMs: number): void {
  for (let turn = 0; turn < 2; turn++) {
    codesFor(requests);
    shedding.observe(eventLoopDelayMs);
  }
}

async function buffered(records: number): Promise<void> {
  waiting = records;
  await watch.refresh(inspector);
}

it('Load shedding answers 503 for every cause', () => {
  expect(SHEDDING_CODES.map((code) => PROBLEMS[code].status)).toEqual(SHEDDING_CODES.map(() => 503));
});

describe('A quiet gateway', () => {
  it('A quiet gateway admits every request', async () => {
    observe(5, 0);
    await buffered(100);
    expect([codeFor(), codeFor({ priority: 'u=7' })]).toEqual([undefined, undefined]);
    expect(lines).toEqual([]);
  });
});

const all = (count: number) => new Array<undefined>(count).fill(undefined);

describe('A gateway whose event loop is late', () => {
  it('A gateway whose event loop is late admits what it can complete in time, and refuses the rest', () => {
    overload(8, 400);
    expect(codesFor(8)).toEqual([...all(2), ...new Array<string>(6).fill('gateway-busy')]);
  });

  it('A gateway whose event loop is late suggests the time after which the refused load fits', () => {
    overload(8, 400);
    for (let turn = 0; turn < 50; turn++) {
      codesFor(8);
      observe(1, 10_000);
    }
    expect(shedding.refusalOf(load())).toBeUndefined();
    expect(shedding.refusalOf(load())).toMatchObject({ code: 'gateway-busy', retryAfterSeconds: 8 });
  });

  it('A gateway whose event loop is on time again admits every request', () => {
    overload(8, 1000);
    observe(50, 0);
    expect(codesFor(10)).toEqual(all(10));
  });
});

describe('A gateway whose records wait for the log', () => {
  it('A gateway whose records wait for the log admits less', () => {
    publisher.waitMs = 2000;
    overload(4, 0);
    expect(codesFor(4)).toEqual([...all(2), 'publish-queue-full', 'publish-queue-full']);
  });

  it('A gateway whose records wait for the log admits every request once none waits: a request has to find out that the log is back', () => {
    publisher.waitMs = 5000;
    observe(100, 0);
    publisher.waitMs = 0;
    observe(1, 0);
    expect(codesFor(10)).toEqual(all(10));
  });
});

describe('A full gateway', () => {
  it('A full gateway refuses by the declared size of a request', () => {
    admission.enter(0).holdBytes(600);
    expect(codeFor({ declaredBytes: 401 })).toBe('overloaded');
    expect(shedding.shareOf('overloaded')).toBe(0);
    expect(codeFor({ declaredBytes: 400 })).toBeUndefined();
  });
});

describe('A gateway with too much lag', () => {
  it('A gateway with too much lag refuses background work and admits all other requests', async () => {
    await buffered(101);
    expect(codeFor({ priority: 'u=5' })).toBe('buffer-behind');
    expect([codeFor({ priority: 'u=1' }), codeFor()]).toEqual([undefined, undefined]);
    expect([shedding.shareOf('buffer-behind'), shedding.shareOf('buffer-full')]).toEqual([0, 1]);
  });

  it('A gateway with far too much lag refuses everything until the store has caught up', async () => {
    await buffered(1001);
    expect([codeFor(), codeFor({ priority: 'u=0' })]).toEqual(['buffer-full', 'buffer-full']);
    expect(shedding.refusalOf(load())).toMatchObject({ retryAfterSeconds: 60 });
  });

  it('A gateway with too much lag keeps the last known lag while the log does not answer, and logs that once', async () => {
    await buffered(101);
    waiting = new EventLogError('unavailable', 'Kafka did not answer.');
    await watch.refresh(inspector);
    await watch.refresh(inspector);
    expect(codeFor({ priority: 'u=5' })).toBe('buffer-behind');
    expect(lines.map(({ msg }) => msg)).toEqual([
      expect.stringContaining('the lag of the buffer is unknown: its last value stays in use'),
    ]);
  });
});

describe('The log of load shedding', () => {
  const said = () => lines.map(({ code, msg }) => [code, msg.includes('no longer')]);

  it('The log has one line when shedding begins, whatever its share, and one when it is over', () => {
    for (let time = 0; time < 3; time++) {
      overload(8, 1000);
      overload(8, 1000);
      observe(50, 0);
    }
    expect(said()).toEqual([['gateway-busy', false]]);
    clock.advance(5000);
    observe(1, 0);
    expect(said()).toEqual([
      ['gateway-busy', false],
      ['gateway-busy', true],
    ]);
  });

  it('The log has a separate log line for each cause', async () => {
    publisher.waitMs = 2000;
    overload(8, 0);
    overload(8, 0);
    await buffered(1001);
    observe(1, 0);
    expect(said()).toEqual([
      ['publish-queue-full', false],
      ['buffer-full', false],
      ['buffer-behind', false],
    ]);
  });
});

it.each(['u=4', 'u=5', 'u=7', 'i, u=6', 'u=7, i', 'u=1, u=5', ' u=4 ;x=1', 'a=b,u=7'])(
  'A request with the priority %s is background work',
  (priority) => {
    expect(isBackground(priority)).toBe(true);
  },
);

it.each([undefined, '', 'u=0', 'u=3', 'i', 'u=8', 'u=-1', 'u=44', 'u', 'mu=7', 'u=7x', 'u="7"', 'u=5, u=1'])(
  'A request with the priority %s is not background work',
  (priority) => {
    expect(isBackground(priority)).toBe(false);
  },
);
