import type { BufferInspector, LogNames, PartitionPosition } from '@sluice/event-log';
import type { RecordStore } from '@sluice/record-store';
import type { Clock } from '@sluice/async';
import { BoundedReading } from '@sluice/observability';
import { stateOfBuffer } from '../buffer-state.js';
import { OldestWaiting } from '../oldest-waiting.js';
import { DeadLetterTally } from './dead-letter-tally.js';
import { RateMeter } from './rate-meter.js';
import { RecentRecords } from './recent-records.js';
import type { UndecidedLetters } from './undecided-letters.js';
import { toStatusSample, type DeadLetterReading, type WorkerReading } from './status-sample.js';

/** The sources of a sample. */
export interface StatusSources {
  events: BufferInspector;
  deadLetters: BufferInspector;
  store: Pick<RecordStore, 'ping'>;
  undecided: Pick<UndecidedLetters, 'count'>;
  clock: Clock;
  names: LogNames;
}

interface Located {
  positions: PartitionPosition[];
  atMs: number;
}

/** Reads the data of `GET /status`. An unavailable or slow engine is shown as such: a sample neither fails nor waits for it. */
export class StatusSampler {
  private readonly meter = new RateMeter();
  private located: Located = { positions: [], atMs: 0 };
  private readonly positions: BoundedReading<Located>;
  private readonly heads: BoundedReading<ReadonlyMap<number, number>>;
  private readonly worker: BoundedReading<WorkerReading>;
  private readonly recent: BoundedReading<Awaited<ReturnType<RecentRecords['newest']>>>;
  private readonly deadLetters: BoundedReading<DeadLetterReading>;
  private readonly undecided: BoundedReading<number>;
  private readonly storeAnswer: BoundedReading<true>;

  constructor(private readonly sources: StatusSources) {
    const { events, deadLetters, store, clock, names } = sources;
    const [oldest, recent, tally] = [
      new OldestWaiting(events),
      new RecentRecords(events),
      new DeadLetterTally(deadLetters, names.events),
    ];
    this.positions = new BoundedReading(
      async () => ({ positions: await events.positions(), atMs: clock.now() }),
      clock,
    );
    this.heads = new BoundedReading(() => oldest.headTimestampsMs(this.located.positions), clock);
    this.worker = new BoundedReading(() => this.readWorker(), clock);
    this.recent = new BoundedReading(() => recent.newest(this.located.positions), clock);
    this.deadLetters = new BoundedReading(() => this.readDeadLetters(tally), clock);
    this.undecided = new BoundedReading(() => sources.undecided.count(), clock);
    this.storeAnswer = new BoundedReading(() => store.ping().then(() => true as const), clock);
  }

  async sample(): Promise<object> {
    const located = await this.positions.value();
    if (located !== undefined && located !== this.located) this.meter.add(located.positions, located.atMs);
    this.located = located ?? { positions: [], atMs: 0 };
    const [deadLetters, undecided] = [this.deadLetters.value(), this.undecided.value()];
    const isStoreUp = this.storeAnswer.value();
    const [headsMs, worker, recent] =
      located === undefined ? [] : await Promise.all([this.heads.value(), this.worker.value(), this.recent.value()]);
    return toStatusSample({
      nowMs: this.sources.clock.now(),
      positions: located?.positions,
      rates: located === undefined ? undefined : this.meter.rates,
      headsMs,
      worker,
      recent,
      deadLetters: await deadLetters,
      undecided: await undecided,
      isStoreUp: (await isStoreUp) ?? false,
      names: this.sources.names,
    });
  }

  /**
   * A dead letter is acknowledged before the commit: a record that was committed before this reading and has no letter is stored.
   */
  private async readDeadLetters(tally: DeadLetterTally): Promise<DeadLetterReading> {
    const { positions } = this.located;
    const counts = await tally.read();
    const isDead = tally.isDead.bind(tally);
    return { counts, isDead, checkedUpTo: tally.isCaughtUp ? positions : [] };
  }

  private async readWorker(): Promise<WorkerReading> {
    const { events, clock } = this.sources;
    const [state, members] = await Promise.all([
      stateOfBuffer(events, this.located.positions, clock.now()),
      events.assignments(),
    ]);
    return { ...state, members };
  }
}
