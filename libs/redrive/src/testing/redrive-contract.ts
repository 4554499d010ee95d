import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EVENTS_TOPIC, MAX_REDRIVES, REDRIVE_HEADERS } from '@sluice/contracts';
import {
  type BufferInspector,
  type EventLog,
  EventPublisher,
  type LogEntry,
  type PeekOptions,
  type PublishOutcome,
} from '@sluice/event-log';
import type { RecordStore } from '@sluice/record-store';
import { until } from '@sluice/test-kit';
import { anEvent, RedriveSystem } from './redrive-system.js';

/** An event log without topics and a record store without records. */
export type OpenEngines = () => Promise<{ log: EventLog; store: RecordStore }>;

const BY_REASON = { filter: { reasons: ['store-refused'] } };
const many = (count: number, device_id = 'dev-2') =>
  Array.from({ length: count }, (_, index) => ({ device_id, record_id: `r-${index}` }));

/** Ends the process that publishes, as it seems to the runner: what it publishes is durable, and it learns nothing of it. */
class DyingPublisher extends EventPublisher {
  isDead = false;

  constructor(private readonly publisher: EventPublisher) {
    super();
  }

  async publish(topic: string, entries: readonly LogEntry[]): Promise<PublishOutcome[]> {
    await this.publisher.publish(topic, entries);
    this.isDead = true;
    throw new Error('killed');
  }
}

function bound(inspector: BufferInspector): BufferInspector {
  const positions = () => inspector.positions();
  const members = () => inspector.members();
  const assignments = () => inspector.assignments();
  const retentionMs = () => inspector.retentionMs();
  return { positions, members, assignments, retentionMs, peek: (options) => inspector.peek(options) };
}

/** What a redrive does, whatever the engines. */
export function describeRedrive(name: string, openEngines: OpenEngines): void {
  describe(`A redrive over ${name}`, () => {
    let system: RedriveSystem;
    beforeEach(async () => {
      const { log, store } = await openEngines();
      system = new RedriveSystem(log, store);
      await system.prepare();
    });
    afterEach(() => system.stop());

    const stateOf = async (id: string) => (await system.redrives.find(id))!;
    const store = (event: object) =>
      system.store.writer.write([{ event: anEvent(event), source: { partition: 0, offset: 0 } }], 0);

    it('A redrive is planned without publishing anything: counts, and why letters would fail', async () => {
      await system.die([{ record_id: 'good' }, { record_id: 'taken' }]);
      await system.dieAs([system.letter(Buffer.from('{'), 'dev-2')]);
      await store({ record_id: 'taken', data_payload: { other: true } });
      const plan = await system.plan({ filter: { device_id: 'dev-2' } });
      expect(plan.counts).toEqual({ read: 3, matched: 3, would_pass: 1, would_fail: 2, skipped: 0 });
      expect(plan.by_reason).toEqual({ 'store-refused': { matched: 3, would_pass: 1, would_fail: 2 } });
      expect(plan.failures.map(({ reason }) => reason).toSorted()).toEqual(['key-conflict', 'undecodable']);
      expect(plan.plan_hash).toMatch(/^[0-9a-f]{64}$/);
      expect(await system.published()).toEqual([]);
    });

    it('A redrive publishes the original bytes with headers that say where they come from, and each letter is stored once', async () => {
      const places = await system.die([{ record_id: 'a' }, { record_id: 'b', device_id: 'dev-7' }]);
      const id = await system.start(BY_REASON);
      await system.run(id);
      const published = await system.published();
      expect(published.map(({ value }) => String(value)).toSorted()).toEqual(
        [anEvent({ record_id: 'a' }), anEvent({ record_id: 'b', device_id: 'dev-7' })].map((event) =>
          JSON.stringify(event),
        ),
      );
      for (const { headers } of published) {
        expect(headers).toMatchObject({
          [REDRIVE_HEADERS.id]: id,
          [REDRIVE_HEADERS.count]: '1',
          'schema-version': '1',
        });
        expect(places.map((place) => `ingest.dead-letters/${place}`)).toContain(headers[REDRIVE_HEADERS.origin]);
        expect(Object.keys(headers).filter((header) => /^dead-letter-(?!origin)/.test(header))).toEqual([]);
      }
      await system.work();
      await system.runner().turn();
      expect(await stateOf(id)).toMatchObject({ state: 'done', counts: { published: 2, matched: 2, refused: 0 } });
      expect(await system.store.reader.find('dev-7', 'b')).toBeDefined();
    });

    it('A redrive reports the outcome of its events once the worker has handled them', async () => {
      await system.die([{ record_id: 'a' }]);
      const id = await system.start(BY_REASON);
      const runner = system.runner();
      await system.run(id, runner);
      await runner.turn();
      expect((await stateOf(id)).verdict).toEqual({ complete: false, stored: 0, came_back: 0, waiting: 1 });
      await system.work();
      await runner.turn();
      expect((await stateOf(id)).verdict).toEqual({ complete: true, stored: 1, came_back: 0, waiting: 0 });
    });

    it('A redrive runs its plan: later letters are not part of it, and no letter is redriven twice', async () => {
      await system.die([{ record_id: 'before' }]);
      const { plan_hash } = await system.plan(BY_REASON);
      await system.die([{ record_id: 'after' }]);
      const { id } = await system.redrives.start(plan_hash, 'suite', system.deadLetters);
      await system.run(id);
      expect((await stateOf(id)).counts).toMatchObject({ read: 1, published: 1 });
      const again = await system.plan(BY_REASON);
      expect(again.counts).toMatchObject({ matched: 1, skipped: 1 });
    });

    it('A redrive publishes a repaired event, and keeps the original and both of their hashes', async () => {
      const [place] = await system.die([{ record_id: 'taken' }]);
      await store({ record_id: 'taken', data_payload: { other: true } });
      const edit = [
        { op: 'replace', path: '/record_id', value: 'taken-2' },
        { op: 'add', path: '/data_payload/note', value: 'repaired' },
        { op: 'remove', path: '/data_payload/gene_count' },
      ];
      const id = await system.start({ filter: { keys: [place] }, edit });
      await system.run(id);
      await system.work();
      const stored = await system.store.reader.find('dev-2', 'taken-2');
      expect(stored?.data_payload).toEqual({ note: 'repaired' });
      const [partition, offset] = place!.split('/').map(Number) as [number, number];
      const disposition = await system.dispositions.of({ partition, offset });
      expect(disposition).toMatchObject({ kind: 'redriven', redrive_id: id, by: 'suite', record_id: 'taken-2' });
      const hashes = disposition as { original_sha256: string; event_sha256: string };
      expect(hashes.original_sha256).not.toBe(hashes.event_sha256);
      const [letter] = await system.deadLetters.peek({
        partition,
        fromOffset: offset,
        toOffset: offset + 1,
        maxRecords: 1,
      });
      expect(String(letter!.value)).toBe(JSON.stringify(anEvent({ record_id: 'taken' })));
    });

    it('A redrive changes no number of the event that an edit repairs, and none of the edit', async () => {
      const payload = { counter: 2n ** 53n + 1n, list: [1e22, 2n ** 63n], wrong: 1 };
      const [place] = await system.die([{ record_id: 'numbers', data_payload: payload }]);
      await store({ record_id: 'numbers', data_payload: {} });
      const edit = [
        { op: 'replace', path: '/record_id', value: 'numbers-2' },
        { op: 'replace', path: '/data_payload/wrong', value: 2n ** 64n - 1n },
        { op: 'remove', path: '/data_payload/list/0' },
      ];
      await system.run(await system.start({ filter: { keys: [place] }, edit }));
      await system.work();
      const stored = await system.store.reader.find('dev-2', 'numbers-2');
      expect(stored?.data_payload).toEqual({ counter: 2n ** 53n + 1n, list: [2n ** 63n], wrong: 2n ** 64n - 1n });
    });

    it('A redrive replaces a letter that cannot be read as a whole, and does nothing else to it', async () => {
      const [place] = await system.dieAs([system.letter(Buffer.from([0xff, 0xfe]), 'dev-2')]);
      const piecemeal = [{ op: 'replace', path: '/record_id', value: 'x' }];
      expect((await system.plan({ filter: { keys: [place] }, edit: piecemeal })).counts.would_fail).toBe(1);
      const whole = [{ op: 'replace', path: '', value: anEvent({ record_id: 'whole' }) }];
      await system.run(await system.start({ filter: { keys: [place] }, edit: whole }));
      await system.work();
      expect(await system.store.reader.find('dev-2', 'whole')).toBeDefined();
    });

    it('A redrive accepts two letters that an edit gives the same key, and reports the one that came back', async () => {
      await system.die([
        { record_id: 'x', data_payload: { n: 1 } },
        { record_id: 'y', data_payload: { n: 2 } },
      ]);
      const edit = [{ op: 'replace', path: '/record_id', value: 'same' }];
      const plan = await system.plan({ ...BY_REASON, edit });
      expect(plan.counts).toMatchObject({ would_pass: 1, would_fail: 1 });
      const { id } = await system.redrives.start(plan.plan_hash, 'suite', system.deadLetters);
      const runner = system.runner();
      await system.run(id, runner);
      await system.work();
      await runner.turn();
      expect((await stateOf(id)).verdict).toEqual({ complete: true, stored: 1, came_back: 1, waiting: 0 });
    });

    it('A second redrive is refused while one is active, and accepted after its end', async () => {
      await system.die(many(3));
      const id = await system.start(BY_REASON);
      const { plan_hash } = await system.plan(BY_REASON);
      const second = () => system.redrives.start(plan_hash, 'suite', system.deadLetters);
      await expect(second()).rejects.toMatchObject({ name: 'RedriveError', code: 'active' });
      await system.redrives.pause(id);
      await expect(second()).rejects.toMatchObject({ code: 'active' });
      await system.redrives.cancel(id);
      await expect(second()).resolves.toMatchObject({ state: 'running' });
    });

    it('Of two redrives that start at the same time, one begins', async () => {
      await system.die(many(1));
      const hashes = [await system.plan(BY_REASON), await system.plan({ ...BY_REASON, rate: 7 })];
      const starts = hashes.map(({ plan_hash }) => system.redrives.start(plan_hash, 'suite', system.deadLetters));
      const results = await Promise.allSettled(starts);
      expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      expect((await system.redrives.latest())?.state).toBe('running');
    });

    it('A redrive stops at its limit, and continues with the next plan from there', async () => {
      await system.die(many(5));
      const limited = { ...BY_REASON, limit: 2 };
      expect(await system.plan(limited)).toMatchObject({ counts: { matched: 2 }, partial: true });
      await system.run(await system.start(limited));
      expect(await system.published()).toHaveLength(2);
      await system.run(await system.start({ ...BY_REASON, limit: 10 }));
      expect((await system.published()).map(({ value }) => JSON.parse(String(value)).record_id).toSorted()).toEqual(
        many(5).map(({ record_id }) => record_id),
      );
    });

    it('A redrive can be paused, resumed and cancelled, and keeps its progress', async () => {
      await system.die(many(25));
      const id = await system.start({ ...BY_REASON, rate: 10 });
      const runner = system.runner();
      await runner.turn();
      await system.redrives.pause(id);
      await runner.turn();
      expect(await stateOf(id)).toMatchObject({ state: 'paused', counts: { published: 10 } });
      await system.redrives.resume(id);
      await runner.turn();
      await system.redrives.cancel(id);
      await runner.turn();
      expect(await stateOf(id)).toMatchObject({ state: 'cancelled', counts: { published: 20 } });
      expect(await system.published()).toHaveLength(20);
      await expect(system.redrives.resume(id)).rejects.toMatchObject({ code: 'ended' });
    });

    it('A redrive waits for its rate', async () => {
      await system.die(many(20));
      await system.start({ ...BY_REASON, rate: 10 });
      expect(await system.runner().turn()).toBe(1000);
    });

    it('A redrive makes each step when the process has a turn for it', async () => {
      await system.die(many(3));
      const id = await system.start(BY_REASON);
      const turn = Promise.withResolvers<void>();
      let asked = 0;
      const inTurn = async <T>(step: () => Promise<T>): Promise<T> => {
        asked++;
        await turn.promise;
        return step();
      };
      const runner = system.runner('first', { inTurn });
      const first = runner.turn();
      await until(() => asked === 1);
      expect(await stateOf(id)).toMatchObject({ state: 'running', counts: { published: 0 } });
      turn.resolve();
      await first;
      await system.run(id, runner);
      expect(await stateOf(id)).toMatchObject({ state: 'done', counts: { published: 3 } });
    });

    it('A redrive waits while the gateway sheds load because of the lag, and reports it', async () => {
      await system.die(many(3));
      const id = await system.start(BY_REASON);
      let isLagging = true;
      const runner = system.runner('first', { isLagging: async () => isLagging });
      await runner.turn();
      expect(await stateOf(id)).toMatchObject({
        state: 'running',
        waiting_for: 'buffer_lag',
        counts: { published: 0 },
      });
      isLagging = false;
      await system.run(id, runner);
      expect(await stateOf(id)).toMatchObject({ state: 'done', waiting_for: null, counts: { published: 3 } });
    });

    it('A redrive repeats one step at most after it was killed between publish and progress, and every letter is stored once', async () => {
      await system.die(many(250));
      const id = await system.start({ ...BY_REASON, rate: 5000 });
      const dying = new DyingPublisher(system.log.publisher);
      await expect(system.runner('killed', { publisher: dying }).turn()).rejects.toThrow('killed');
      expect(await system.published()).toHaveLength(100);
      const next = system.runner('next');
      await next.turn();
      expect((await stateOf(id)).lease?.owner).toBe('killed');
      system.clock.advance(31_000);
      await system.run(id, next);
      expect(await stateOf(id)).toMatchObject({ state: 'done', counts: { published: 250, matched: 250, skipped: 0 } });
      expect(await system.published()).toHaveLength(350);
      await system.work();
      const page = await system.store.reader.page({ deviceId: 'dev-2' }, 1000);
      expect(page.records).toHaveLength(250);
      expect((await system.deadLetters.positions()).reduce((sum, { high, low }) => sum + high - low, 0)).toBe(250);
    });

    it('A redrive counts a step that was published and decided about before a crash, without publishing it again', async () => {
      await system.die(many(5));
      const id = await system.start(BY_REASON);
      const change = system.redrives.change.bind(system.redrives);
      let isAlive = true;
      system.redrives.change = (...call) => (isAlive ? change(...call) : Promise.reject(new Error('killed')));
      const publisher = new (class extends EventPublisher {
        async publish(...call: Parameters<EventPublisher['publish']>): Promise<PublishOutcome[]> {
          isAlive = false;
          return system.log.publisher.publish(...call);
        }
      })();
      await expect(system.runner('killed', { publisher }).turn()).rejects.toThrow('killed');
      isAlive = true;
      system.clock.advance(31_000);
      await system.run(id, system.runner('next'));
      expect((await stateOf(id)).counts).toMatchObject({ published: 5, skipped: 0 });
      expect(await system.published()).toHaveLength(5);
    });

    it('A redrive belongs to one of two runners, and to the other when the first one has ended', async () => {
      await system.die(many(30));
      const id = await system.start({ ...BY_REASON, rate: 10 });
      const [one, two] = [system.runner('one'), system.runner('two')];
      await Promise.all([one.turn(), two.turn()]);
      expect((await stateOf(id)).counts.published).toBe(10);
      system.clock.advance(31_000);
      await Promise.all([one.turn(), two.turn()]);
      await system.run(id, one, 5);
      await system.run(id, two, 5);
      expect((await stateOf(id)).counts.published).toBe(30);
      expect((await system.published()).length).toBeGreaterThanOrEqual(30);
      expect((await system.published()).length).toBeLessThanOrEqual(40);
    });

    it('A redrive waits while the event log does not acknowledge, and loses no letter', async () => {
      await system.die(many(3));
      const id = await system.start(BY_REASON);
      let isAway = true;
      const publisher = new (class extends EventPublisher {
        async publish(...[topic, entries]: Parameters<EventPublisher['publish']>): Promise<PublishOutcome[]> {
          if (!isAway) return system.log.publisher.publish(topic, entries);
          return entries.map(() => ({ written: false, reason: 'away' }));
        }
      })();
      const runner = system.runner('first', { publisher });
      await runner.turn();
      expect(await stateOf(id)).toMatchObject({ state: 'running', waiting_for: 'event_log', counts: { published: 0 } });
      isAway = false;
      await system.run(id, runner);
      expect(await stateOf(id)).toMatchObject({ state: 'done', counts: { published: 3 } });
    });

    it('A redrive counts letters that the topic has lost in the meantime, and does not begin a plan that names lost ones', async () => {
      await system.die(many(30));
      const { plan_hash } = await system.plan({ ...BY_REASON, rate: 10 });
      const id = (await system.redrives.start(plan_hash, 'suite', system.deadLetters)).id;
      const truncated = {
        ...bound(system.deadLetters),
        peek: (options: PeekOptions) =>
          system.deadLetters.peek({ ...options, fromOffset: Math.max(25, options.fromOffset) }),
        positions: async () =>
          (await system.deadLetters.positions()).map((one) => ({ ...one, low: Math.min(25, one.high) })),
      };
      await system.run(id, system.runner('first', { inspector: truncated }));
      expect(await stateOf(id)).toMatchObject({ state: 'done', counts: { gone: 25, published: 5 } });
      await expect(system.redrives.start(plan_hash, 'suite', truncated)).rejects.toMatchObject({
        code: 'outdated',
        message: expect.stringContaining('25 letters'),
      });
    });

    it('A redrive ends although its letters fail again: after three redrives they are refused', async () => {
      await system.die([{ record_id: 'poison' }]);
      const event = { device_id: 'dev-2', record_id: 'poison' };
      for (let round = 1; round <= MAX_REDRIVES; round++) {
        await system.run(await system.start({ filter: { device_id: 'dev-2' } }));
        // The store is made to refuse it only when it arrives.
        await store({ ...event, timestamp: '2025-09-09T18:00:00Z' });
        await system.work();
        system.store.reader.find = () => Promise.resolve(undefined);
      }
      const plan = await system.plan({ filter: { device_id: 'dev-2' } });
      expect(plan).toMatchObject({ counts: { matched: 1, would_pass: 0, would_fail: 1, skipped: MAX_REDRIVES } });
      expect(plan.failures[0]).toMatchObject({ reason: 'came-back' });
      const id = (await system.redrives.start(plan.plan_hash, 'suite', system.deadLetters)).id;
      await system.run(id);
      expect(await stateOf(id)).toMatchObject({ state: 'done', refused_by_reason: { 'came-back': 1 } });
      const events = await system.published();
      expect(events.map(({ headers }) => headers[REDRIVE_HEADERS.count])).toEqual(['1', '2', '3']);
      expect(events.every(({ topic }) => topic === EVENTS_TOPIC)).toBe(true);
    });
  });
}
