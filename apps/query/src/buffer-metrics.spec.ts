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

/** The next scrape is a new one. */
function aSecondLater(): void {
  query.clock.advance(1_000);
}

describe('the metrics of the buffer', () => {
  it('show the positions, how many records wait and for how long', async () => {
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

  it('show how long the log keeps what is not stored, unless that is without end', async () => {
    expect(await lines('sluice_buffer_retention_seconds')).toEqual([]);
    query.log.events.keepsForMs = 90_000;
    aSecondLater();
    expect(await lines('sluice_buffer_retention_seconds')).toEqual(['sluice_buffer_retention_seconds 90']);
  });

  it('show what the log has removed before it was stored', async () => {
    const positions = query.log.events.positions.bind(query.log.events);
    query.log.events.positions = async () => (await positions()).map((position) => ({ ...position, expired: 7 }));
    expect(await lines('sluice_buffer_expired_records')).toEqual(['sluice_buffer_expired_records 7']);
  });

  it('show 0 when nothing waits', async () => {
    query.log.events.appendEvent(anEvent());
    query.log.events.commit(0, 1);
    expect(await lines('sluice_buffer_lag_records')).toEqual(['sluice_buffer_lag_records 0']);
    expect(await lines('sluice_buffer_oldest_age_seconds')).toEqual(['sluice_buffer_oldest_age_seconds 0']);
  });

  it('leave out what they cannot read while the log is away, and show the rest', async () => {
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

  it('ask the log once, however many scrape at once, and read no record again that still waits', async () => {
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

  it('say whether the log and the store answer', async () => {
    query.store.isAvailable = false;
    expect(await lines('sluice_engine_up')).toEqual([
      'sluice_engine_up{engine="event_log"} 1',
      'sluice_engine_up{engine="record_store"} 0',
    ]);
  });
});
