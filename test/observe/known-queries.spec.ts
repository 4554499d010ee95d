import { describe, expect, it } from '@jest/globals';
import { unknownNamesIn } from './known-queries.js';

describe('unknownNamesIn', () => {
  it.each([
    'sum by (job, verdict) (rate(sluice_ingest_records_total{verdict="accepted", reason="anything"}[5m]))',
    'histogram_quantile(0.99, sum by (le) (rate(sluice_http_request_duration_seconds_bucket{route="/ingest"}[5m])))',
    'nodejs_eventloop_lag_p99_seconds{job="gateway"}',
    'sluice:ingest_failed:ratio1h > 0.1',
    'sluice_ingest_problems_total{code=~"overloaded|stopping"}',
  ])('unknownNamesIn finds nothing in a query of exported metrics: %s', (query) => {
    expect(unknownNamesIn(query)).toEqual([]);
  });

  it.each([
    ['a metric', 'sluice_ingest_record_total', 'sluice_ingest_record_total'],
    ['a histogram without its suffix', 'sluice_store_write_duration_seconds', 'sluice_store_write_duration_seconds'],
    ['a suffix that a counter has not', 'sluice_worker_retries_total_count', 'sluice_worker_retries_total_count'],
    ['a label', 'sluice_engine_up{app="x"}', 'sluice_engine_up{app}'],
    ['a label of a group', 'sum by (device_id) (sluice_engine_up)', 'device_id'],
    ['a value', 'sluice_ingest_records_total{verdict=~"accepted|refused"}', 'verdict="refused"'],
    ['a code', 'sluice_ingest_problems_total{code="over"}', 'code="over"'],
    ['a recording', 'sluice:nothing:ratio', 'sluice:nothing:ratio'],
  ])('unknownNamesIn finds %s that no app exports', (_what, query, unknown) => {
    expect(unknownNamesIn(query)).toEqual([unknown]);
  });
});
