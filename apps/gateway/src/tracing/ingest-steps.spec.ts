import { afterEach, describe, expect, it } from '@jest/globals';
import { readTraceParent, type Tracing } from '@sluice/observability';
import { RecordedSpans } from '@sluice/observability/testing';
import { until } from '@sluice/test-kit';
import { GatewayUnderTest, SEED_RECORD } from '../testing/gateway-under-test.js';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const GIVEN = `00-${TRACE_ID}-00f067aa0ba902b7-01`;

let gateway: GatewayUnderTest;
let spans: RecordedSpans;
afterEach(() => gateway.stop());

async function start(tracing: (spans: RecordedSpans) => Tracing = (spans) => spans.tracing()): Promise<void> {
  spans = new RecordedSpans();
  gateway = await GatewayUnderTest.start({}, tracing(spans));
}

const answered = () => until(() => spans.names().includes('POST /ingest'));
const handedOn = () => gateway.publisher.records.map(({ headers }) => headers['traceparent']);

describe('A request that is traced', () => {
  it('A request that is traced makes spans for receiving and publishing it, below the span of the device', async () => {
    await start();
    await gateway.post(SEED_RECORD, { traceparent: GIVEN });
    await answered();
    const request = spans.one('POST /ingest');
    expect(spans.names()).toEqual(['receive', 'publish', 'POST /ingest']);
    expect(request.parent).toEqual(readTraceParent(GIVEN));
    expect(request.attributes).toMatchObject({ 'http.route': '/ingest', 'http.response.status_code': 202 });
    for (const step of ['receive', 'publish']) expect(spans.one(step).parent).toEqual(request.place);
  });

  it('A request that is traced writes its span context on the topic, and names the record if it has only one', async () => {
    await start();
    await gateway.post({ ...SEED_RECORD, record_id: 'r-1' });
    await answered();
    expect(readTraceParent(handedOn()[0])).toEqual(spans.one('POST /ingest').place);
    expect(spans.one('publish').attributes).toEqual({
      'sluice.records': 1,
      'sluice.device_id': 'dev-2',
      'sluice.record_id': 'r-1',
    });
  });

  it('A request that is traced gives all of its records one span context, and counts those that are published', async () => {
    await start();
    await gateway.post([SEED_RECORD, { ...SEED_RECORD, timestamp: 'never' }, SEED_RECORD]);
    await answered();
    expect(new Set(handedOn()).size).toBe(1);
    expect(spans.one('publish').attributes).toEqual({ 'sluice.records': 2 });
  });

  it('A request that is traced reports that the log did not acknowledge', async () => {
    await start();
    gateway.publisher.reasonAgainst = () => 'away';
    await gateway.post(SEED_RECORD);
    await answered();
    expect(spans.one('publish').attributes).toMatchObject({ 'error.type': 'unconfirmed' });
    expect(spans.one('POST /ingest').attributes).toMatchObject({ 'error.type': '503' });
  });

  it('A request that is traced ends its spans when it is refused', async () => {
    await start();
    await gateway.post('no json');
    await answered();
    expect(spans.names()).toEqual(['receive', 'POST /ingest']);
    expect(spans.one('POST /ingest').attributes).toMatchObject({ 'http.response.status_code': 400 });
    expect([...spans.open]).toEqual([]);
  });

  it('A request that is traced names its trace in its log lines', async () => {
    await start();
    await gateway.post('no json');
    await answered();
    const { traceId } = spans.one('POST /ingest').place;
    expect(gateway.logLines.find(({ msg }) => msg === 'refused')).toMatchObject({
      code: 'invalid-json',
      trace_id: traceId,
    });
  });
});

describe('A request that is not traced', () => {
  it('A request that is not traced makes no span, and adds nothing to its records', async () => {
    await start((spans) => spans.tracing({ sampler: 'traceidratio', ratio: 0 }));
    await gateway.post(SEED_RECORD);
    expect(spans.ended).toEqual([]);
    expect(handedOn()).toEqual([undefined]);
  });

  it('A request that is not traced forwards the trace of the device as not sampled', async () => {
    await start((spans) => spans.tracing({ sampler: 'traceidratio', ratio: 0 }));
    await gateway.post(SEED_RECORD, { traceparent: GIVEN });
    expect(readTraceParent(handedOn()[0])).toMatchObject({ traceId: TRACE_ID, isSampled: false });
  });

  it('A request that is not traced names the trace of the device in its log lines anyway', async () => {
    await start((spans) => spans.tracing({ sampler: 'traceidratio', ratio: 0 }));
    await gateway.post('no json', { traceparent: GIVEN });
    await gateway.post('no json');
    const traceIds = gateway.logLines.filter(({ msg }) => msg === 'refused').map((line) => line['trace_id']);
    expect(traceIds).toEqual([TRACE_ID, undefined]);
  });
});
