import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '@sluice/test-kit';
import { GatewayUnderTest, SEED_RECORD } from '../testing/gateway-under-test.js';

let gateway: GatewayUnderTest;
beforeEach(async () => {
  gateway = await GatewayUnderTest.start({ maxConcurrentRequests: 2 });
});
afterEach(() => gateway.stop());

/** Lines of the metric that are not 0, with what follows its name. */
async function counted(name: string): Promise<string[]> {
  const lines = (await gateway.metrics()).filter((line) => line.startsWith(name) && !line.endsWith(' 0'));
  return lines.map((line) => line.slice(name.length));
}

describe('The metrics of the gateway', () => {
  it('The metrics of the gateway count records by their result, and a rejected one by its first problem', async () => {
    await gateway.post(SEED_RECORD);
    await gateway.post([
      SEED_RECORD,
      { ...SEED_RECORD, timestamp: 'yesterday', device_id: '' },
      { ...SEED_RECORD, timestamp: 'yesterday' },
      { ...SEED_RECORD, extra: 1 },
    ]);
    await gateway.postLines([JSON.stringify(SEED_RECORD), '{"half":']);
    expect(await counted('sluice_ingest_records_total')).toEqual([
      '{verdict="accepted",reason=""} 3',
      '{verdict="rejected",reason="length"} 1',
      '{verdict="rejected",reason="timestamp"} 1',
      '{verdict="rejected",reason="unknown-field"} 1',
      '{verdict="rejected",reason="invalid-json"} 1',
    ]);
  });

  it('The metrics of the gateway count unacknowledged records as retry', async () => {
    gateway.publisher.reasonAgainst = () => 'away';
    await gateway.post([SEED_RECORD, SEED_RECORD]);
    expect(await counted('sluice_ingest_records_total')).toEqual(['{verdict="retry",reason="log-unavailable"} 2']);
  });

  it('The metrics of the gateway count requests that were refused as a whole by the code of their problem', async () => {
    await gateway.post('{"half":');
    await gateway.post('[]');
    await gateway.post(SEED_RECORD, { 'content-type': 'text/xml' });
    expect(await counted('sluice_ingest_problems_total')).toEqual([
      '{code="invalid-json"} 1',
      '{code="wrong-shape"} 1',
      '{code="unsupported-media-type"} 1',
    ]);
    expect(await counted('sluice_ingest_records_total')).toEqual([]);
  });

  it('The metrics of the gateway count requests by route and status', async () => {
    await gateway.post(SEED_RECORD);
    await gateway.post([SEED_RECORD, {}]);
    await gateway.post({});
    expect(await counted('sluice_http_requests_total')).toEqual([
      '{route="/ingest",status="202"} 1',
      '{route="/ingest",status="207"} 1',
      '{route="/ingest",status="422"} 1',
    ]);
    expect(await counted('sluice_http_request_duration_seconds_count')).toEqual(['{route="/ingest"} 3']);
  });

  it('The metrics of the gateway distinguish load shedding from an event log that is down, and show requests in progress', async () => {
    gateway.publisher.hold();
    const held = [gateway.post(SEED_RECORD), gateway.post(SEED_RECORD)];
    await until(() => gateway.publisher.calls.length === 2);
    await gateway.post(SEED_RECORD);
    expect(await counted('sluice_ingest_problems_total')).toEqual(['{code="overloaded"} 1']);
    expect(await counted('sluice_ingest_in_flight_requests')).toEqual([' 2']);
    expect(await counted('sluice_ingest_in_flight_records')).toEqual([' 2']);
    expect(await counted('sluice_ingest_in_flight_bytes')).toEqual([` ${2 * JSON.stringify(SEED_RECORD).length}`]);
    gateway.publisher.release();
    await Promise.all(held);
  });

  it('The metrics of the gateway have no more series after many devices and many invalid fields than after one', async () => {
    const device = (number: number) => ({ ...SEED_RECORD, device_id: `dev-${number}`, record_id: `r-${number}` });
    const wrong = (number: number) => ({ ...device(number), [`field_${number}`]: number });
    for (let number = 0; number < 20; number++) await gateway.post([device(number), wrong(number)]);
    expect(await counted('sluice_ingest_records_total')).toEqual([
      '{verdict="accepted",reason=""} 20',
      '{verdict="rejected",reason="unknown-field"} 20',
    ]);
    expect((await gateway.metrics()).join()).not.toMatch(/dev-|r-1|field_/);
  });
});
