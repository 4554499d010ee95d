import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EVENTS_TOPIC } from '@sluice/contracts';
import { until } from '@sluice/test-kit';
import { bufferWorkerHealth } from './buffer-worker.module.js';
import { logRecord, WorkerUnderTest } from './testing/worker-under-test.js';

let worker: WorkerUnderTest;
beforeEach(async () => {
  worker = await WorkerUnderTest.start();
});
afterEach(() => worker.stop());

/** Resolves when everything that was fed is committed. */
async function allCommitted(offset: number): Promise<void> {
  await until(() => worker.subscription.commits.at(-1)?.positions[0]?.offset === offset);
  await until(() => worker.transport.loop?.state.status === 'idle');
}

/** Lines of the metrics that are not 0. */
async function counted(...names: string[]): Promise<string[]> {
  const lines = await worker.metrics();
  return lines.filter((line) => names.some((name) => line.startsWith(name)) && !line.endsWith(' 0'));
}

describe('The metrics of the worker', () => {
  it('The metrics count batches, the answers of the store and committed records', async () => {
    worker.store.answerNextWrite([{ status: 'stored' }, { status: 'already-stored' }, { status: 'stored' }]);
    worker.subscription.feed(logRecord(0), logRecord(1), logRecord(2));
    await allCommitted(3);
    const names = ['sluice_worker_batch_records_sum', 'sluice_worker_batch_records_count', 'sluice_worker_flushes'];
    expect(
      await counted(
        ...names,
        'sluice_worker_committed',
        'sluice_store_records',
        'sluice_store_write_duration_seconds_count',
      ),
    ).toEqual([
      'sluice_worker_batch_records_sum 3',
      'sluice_worker_batch_records_count 1',
      'sluice_worker_flushes_total{reason="due"} 1',
      'sluice_worker_committed_records_total 3',
      'sluice_store_write_duration_seconds_count{outcome="answered"} 1',
      'sluice_store_records_total{outcome="stored"} 2',
      'sluice_store_records_total{outcome="already-stored"} 1',
    ]);
  });

  it('The metrics have the delay of the oldest and the newest record of a batch', async () => {
    const nowMs = worker.clock.now();
    const ages = [20_000, 3_600_000, 0];
    worker.subscription.feed(...ages.map((ageMs, offset) => logRecord(offset, { timestampMs: nowMs - ageMs })));
    await allCommitted(3);
    const lines = await counted('sluice_accepted_to_stored_seconds');
    expect(lines).toContain('sluice_accepted_to_stored_seconds_count 2');
    expect(lines).toContain('sluice_accepted_to_stored_seconds_bucket{le="1800"} 1');
    expect(lines).toContain('sluice_accepted_to_stored_seconds_bucket{le="7200"} 2');
  });

  it('The metrics count records stored within the objective, and late ones', async () => {
    const nowMs = worker.clock.now();
    const ages = [0, 5_001, 10, 3_600_000, 20];
    worker.subscription.feed(...ages.map((ageMs, offset) => logRecord(offset, { timestampMs: nowMs - ageMs })));
    await allCommitted(5);
    expect(await counted('sluice_accepted_to_stored_records_total')).toEqual([
      'sluice_accepted_to_stored_records_total{pace="in-time"} 3',
      'sluice_accepted_to_stored_records_total{pace="late"} 2',
    ]);
  });

  it('An acknowledged dead letter counts by its reason, and has no delay', async () => {
    worker.store.answerNextWrite([{ status: 'conflict', detail: 'another payload' }]);
    worker.deadLetters.hold();
    worker.subscription.feed(logRecord(0), logRecord(1, { value: null }));
    await until(() => worker.deadLetters.calls.length === 1);
    worker.deadLetters.release();
    await allCommitted(2);
    expect(
      await counted('sluice_dead_letters', 'sluice_store_records', 'sluice_accepted_to_stored_seconds_count'),
    ).toEqual([
      'sluice_store_records_total{outcome="conflict"} 1',
      'sluice_dead_letters_total{reason="undecodable"} 1',
      'sluice_dead_letters_total{reason="key-conflict"} 1',
    ]);
  });

  it('A dead letter that is not acknowledged does not count', async () => {
    worker.deadLetters.reasonAgainst = () => 'away';
    worker.subscription.feed(logRecord(0, { value: null }));
    await until(() => worker.transport.loop?.state.pauseReason === 'log_unreachable');
    expect(await counted('sluice_dead_letters', 'sluice_worker_paused')).toEqual([
      'sluice_worker_paused{cause="log_unreachable"} 1',
    ]);
  });

  it('The metrics have the cause of a pause, and count its attempts', async () => {
    worker.store.isAvailable = false;
    worker.subscription.feed(logRecord(0));
    await until(() => worker.transport.loop?.state.pauseReason === 'store_unreachable');
    const lines = await worker.metrics();
    expect(lines).toEqual(
      expect.arrayContaining([
        'sluice_worker_paused{cause="store_unreachable"} 1',
        'sluice_worker_paused{cause="log_unreachable"} 0',
        'sluice_worker_paused{cause="handler_failed"} 0',
        'sluice_worker_paused{cause="poison_flood"} 0',
        expect.stringMatching(/^sluice_worker_retries_total\{cause="store_unreachable"\} [1-9]/),
        expect.stringMatching(/^sluice_store_write_duration_seconds_count\{outcome="failed"\} [1-9]/),
        'sluice_engine_up{engine="event_log"} 1',
        'sluice_engine_up{engine="record_store"} 0',
      ]),
    );
  });

  it('The metrics show another client in the group, and nothing is stored until it has left', async () => {
    worker.subscription.disturbed = { reason: 'foreign_group_member', detail: 'a client of another kind' };
    await until(() => worker.transport.loop?.state.pauseReason === 'foreign_group_member');
    worker.subscription.feed(logRecord(0));
    expect(await counted('sluice_worker_paused')).toEqual(['sluice_worker_paused{cause="foreign_group_member"} 1']);
    expect(bufferWorkerHealth(worker.transport).ready[0]!.check).toThrow('storing is paused: foreign_group_member');
    expect(worker.store.batches).toEqual([]);
    worker.subscription.disturbed = undefined;
    await allCommitted(1);
  });

  it('The pause ends once the store is back', async () => {
    worker.store.isAvailable = false;
    worker.subscription.feed(logRecord(0));
    await until(() => worker.transport.loop?.state.pauseReason === 'store_unreachable');
    worker.store.isAvailable = true;
    await allCommitted(1);
    expect(await counted('sluice_worker_paused', 'sluice_store_records')).toEqual([
      'sluice_store_records_total{outcome="stored"} 1',
    ]);
  });

  it('The metrics count the partitions that a defect holds, and the attempts', async () => {
    await worker.store.close();
    worker.subscription.feed(logRecord(0));
    await until(() => worker.transport.loop?.held.length === 1);
    expect(await counted('sluice_worker_retries', 'sluice_worker_paused', 'sluice_worker_held')).toEqual([
      expect.stringMatching(/^sluice_worker_retries_total\{cause="handler_failed"\} [1-9]/),
      'sluice_worker_paused{cause="handler_failed"} 1',
      'sluice_worker_held_partitions 1',
    ]);
    worker.subscription.revoke({ topic: EVENTS_TOPIC, partition: 0 });
    expect(worker.transport.loop?.held).toEqual([]);
  });
});
