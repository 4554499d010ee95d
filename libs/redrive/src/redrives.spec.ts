import { describe, expect, it } from '@jest/globals';
import { RecordStoreError } from '@sluice/record-store';
import { FakeRecordStore } from '@sluice/record-store/testing';
import { FakeClock } from '@sluice/test-kit';
import type { RedrivePlan } from './plan-redrive.js';
import { Redrives } from './redrives.js';

const DAY_MS = 24 * 60 * 60_000;
const PLANS = { from: 'plan/', to: 'plan0' };

function setUp() {
  const { documents } = new FakeRecordStore();
  const clock = new FakeClock(Date.parse('2025-09-09T17:00:00Z'));
  const redrives = new Redrives(documents, clock);
  let number = 0;
  const keep = async (count: number) => {
    for (let kept = 0; kept < count; kept++) {
      const plan_hash = String(number++).padStart(64, '0');
      await redrives.keepPlan({ plan_hash, created_at: clock.nowText() } as RedrivePlan);
    }
  };
  return { documents, clock, keep, plans: () => documents.list('redrives', PLANS, 1000) };
}

describe('Plans of redrives', () => {
  it('Plans of redrives are kept while they are few, and removed when they are many and no longer valid', async () => {
    const { documents, clock, keep, plans } = setUp();
    await documents.add('redrives', [
      { id: 'latest', content: {} },
      { id: '01992f6b', content: { state: 'done' } },
    ]);
    await keep(100);
    clock.advance(DAY_MS + 1);
    expect(await plans()).toHaveLength(100);
    await keep(1);
    expect((await plans()).map(({ id }) => Number(id.slice('plan/'.length)))).toEqual([100]);
    expect(await documents.count('redrives', {})).toBe(3);
  });

  it('Plans of redrives are limited to 1000, however fast they are made: the oldest are removed', async () => {
    const { clock, keep, plans } = setUp();
    await keep(500);
    clock.advance(1000);
    await keep(503);
    const kept = (await plans()).map(({ id }) => Number(id.slice('plan/'.length)));
    expect(kept).toHaveLength(1000);
    expect(kept.at(-1)).toBe(1002);
  });

  it('Plans of redrives are kept although old ones cannot be removed', async () => {
    const { documents, clock, keep, plans } = setUp();
    await keep(100);
    clock.advance(DAY_MS + 1);
    documents.remove = () => Promise.reject(new RecordStoreError('unavailable', 'not authorized'));
    await keep(1);
    expect(await plans()).toHaveLength(101);
  });
});
