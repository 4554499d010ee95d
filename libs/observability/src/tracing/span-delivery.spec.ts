import { beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { MAX_WAITING_SPANS, SpanDelivery } from './span-delivery.js';

let lines: { level: number; msg: string; dropped?: number; reason?: string }[];
let registry: Registry;
let delivery: SpanDelivery;
beforeEach(() => {
  lines = [];
  registry = new Registry();
  delivery = new SpanDelivery(pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) }), registry);
});

const messages = () => lines.map(({ msg }) => msg);
const admit = (count: number) => Array.from({ length: count }, () => delivery.admit()).filter(Boolean).length;

async function counted(): Promise<Record<string, number>> {
  const { values } = await registry.getSingleMetric('sluice_trace_spans_total')!.get();
  return Object.fromEntries(values.map(({ labels, value }) => [labels['outcome'], value]));
}

describe('The delivery of spans', () => {
  it('The delivery of spans begins its counts at 0, so that the first dropped span is visible', async () => {
    expect(await counted()).toEqual({ delivered: 0, dropped: 0 });
  });

  it('The delivery of spans queues spans up to its limit, and drops the next ones', async () => {
    expect(admit(MAX_WAITING_SPANS + 5)).toBe(MAX_WAITING_SPANS);
    delivery.delivered(10);
    expect(admit(20)).toBe(10);
    expect(await counted()).toEqual({ delivered: 10, dropped: 15 });
  });

  it('The delivery of spans reports once that spans are dropped, and once that they are delivered again, with how many were lost', () => {
    admit(30);
    delivery.failed(10, 'the collector does not take them: ECONNREFUSED');
    delivery.failed(10, 'the collector does not take them: ECONNREFUSED');
    delivery.delivered(5);
    delivery.delivered(5);
    expect(messages()).toEqual([expect.stringContaining('are dropped'), 'spans are delivered again']);
    expect(lines[0]?.reason).toContain('ECONNREFUSED');
    expect(lines[1]?.dropped).toBe(20);
  });

  it('The delivery of spans does not report a slow collector as recovered while spans are still lost', () => {
    admit(MAX_WAITING_SPANS + 1);
    delivery.delivered(100);
    admit(101);
    delivery.delivered(100);
    expect(messages()).toHaveLength(1);
    delivery.delivered(100);
    expect(messages()).toHaveLength(2);
  });

  it('The delivery of spans counts the spans that are left at a stop as dropped', async () => {
    admit(7);
    delivery.delivered(3);
    delivery.gaveUp();
    delivery.gaveUp();
    expect(await counted()).toEqual({ delivered: 3, dropped: 4 });
  });
});
