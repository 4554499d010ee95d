import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { anEvent, QueryUnderTest } from './testing/query-under-test.js';

let query: QueryUnderTest;
beforeEach(async () => {
  query = await QueryUnderTest.start(1);
});
afterEach(() => query.stop());

async function lines(name: string): Promise<string[]> {
  return (await query.metrics()).filter((line) => line.startsWith(name));
}

/** Makes the next scrape a new one. */
function aSecondLater(): void {
  query.clock.advance(1_000);
}

describe('The metrics of the buffer', () => {
  it('The metrics have the offsets, the number of buffered records and their age', async () => {
    for (const record_id of ['a', 'b', 'c']) query.log.events.appendEvent(anEvent({ record_id }));
    query.log.events.commit(0, 1);
    expect(await lines('sluice_buffer')).toEqual([
      'sluice_buffer_committed_offset{partition="0"} 1',
      'sluice_buffer_high_watermark{partition="0"} 3',
      'sluice_buffer_lag_records 2',
      'sluice_buffer_expired_records 0',
      'sluice_buffer_oldest_age_seconds 8.75',
    ]);
  });

  it('The metrics have the retention of unstored records, unless it is unlimited', async () => {
    expect(await lines('sluice_buffer_retention_seconds')).toEqual([]);
    query.log.events.keepsForMs = 90_000;
    aSecondLater();
    expect(await lines('sluice_buffer_retention_seconds')).toEqual(['sluice_buffer_retention_seconds 90']);
  });

  it('The metrics count records that the log removed before they were stored', async () => {
    const positions = query.log.events.positions.bind(query.log.events);
    query.log.events.positions = async () => (await positions()).map((position) => ({ ...position, expired: 7 }));
    expect(await lines('sluice_buffer_expired_records')).toEqual(['sluice_buffer_expired_records 7']);
  });

  it('The metrics are 0 when no record is buffered', async () => {
    query.log.events.appendEvent(anEvent());
    query.log.events.commit(0, 1);
    expect(await lines('sluice_buffer_lag_records')).toEqual(['sluice_buffer_lag_records 0']);
    expect(await lines('sluice_buffer_oldest_age_seconds')).toEqual(['sluice_buffer_oldest_age_seconds 0']);
  });

  it('Unreadable metrics are left out while the log is unavailable, and the others are shown', async () => {
    query.log.events.appendEvent(anEvent());
    await query.metrics();
    query.log.goAway();
    aSecondLater();
    const scraped = await query.metrics();
    expect(scraped.filter((line) => line.startsWith('sluice_buffer'))).toEqual([]);
    expect(scraped).toContain('sluice_http_requests_total{route="/metrics",status="200"} 1');
    query.log.events.error = undefined;
    aSecondLater();
    expect(await lines('sluice_buffer_lag_records')).toEqual(['sluice_buffer_lag_records 1']);
  });

  it('Concurrent scrapes read the log once, and read no buffered record again', async () => {
    query.log.events.appendEvent(anEvent());
    let reads = 0;
    const positions = query.log.events.positions.bind(query.log.events);
    query.log.events.positions = () => {
      reads++;
      return positions();
    };
    await Promise.all(Array.from({ length: 50 }, () => query.metrics()));
    expect([reads, query.log.events.peeks.length]).toEqual([1, 1]);
    aSecondLater();
    await query.metrics();
    expect([reads, query.log.events.peeks.length]).toEqual([2, 1]);
  });

  it('The metrics show whether the log and the store answer', async () => {
    query.store.isAvailable = false;
    expect(await lines('sluice_engine_up')).toEqual([
      'sluice_engine_up{engine="event_log"} 1',
      'sluice_engine_up{engine="record_store"} 0',
    ]);
  });
});
