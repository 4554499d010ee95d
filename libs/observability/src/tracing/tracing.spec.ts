import { describe, expect, it } from '@jest/globals';
import { RecordedSpans } from '../testing/recorded-spans.js';
import { readTraceParent } from './trace-parent.js';
import { Tracing, type TraceSampler } from './tracing.js';

const SAMPLED = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), isSampled: true };
const UNSAMPLED = { ...SAMPLED, isSampled: false };
const sampling = (sampler: TraceSampler, ratio: number): Tracing => new RecordedSpans().tracing({ sampler, ratio });

describe('The set of traced requests', () => {
  it('The set of traced requests is empty while tracing is off', () => {
    const off = new Tracing(undefined, { sampler: 'parentbased_traceidratio', ratio: 1 });
    expect([off.samples(undefined), off.samples(SAMPLED)]).toEqual([false, false]);
  });

  it('The set of traced requests depends on the ratio alone, whatever a sender requests', () => {
    const [all, none] = [sampling('traceidratio', 1), sampling('traceidratio', 0)];
    expect([undefined, SAMPLED, UNSAMPLED].map((parent) => all.samples(parent))).toEqual([true, true, true]);
    expect([undefined, SAMPLED, UNSAMPLED].map((parent) => none.samples(parent))).toEqual([false, false, false]);
  });

  it('The set of traced requests follows the decision of the sender that began the trace, if it is configured to', () => {
    const [all, none] = [sampling('parentbased_traceidratio', 1), sampling('parentbased_traceidratio', 0)];
    expect([undefined, SAMPLED, UNSAMPLED].map((parent) => all.samples(parent))).toEqual([true, true, false]);
    expect([undefined, SAMPLED, UNSAMPLED].map((parent) => none.samples(parent))).toEqual([false, true, false]);
  });

  it('The set of traced requests is about the configured share', () => {
    const some = sampling('traceidratio', 0.25);
    const sampled = Array.from({ length: 4000 }, () => some.samples(SAMPLED)).filter(Boolean).length;
    expect(sampled).toBeGreaterThan(700);
    expect(sampled).toBeLessThan(1300);
  });
});

describe('A trace that is not recorded', () => {
  const handedOn = (tracing: Tracing, parent: typeof SAMPLED) => readTraceParent(tracing.handOn(parent));

  it('A trace that is not recorded is forwarded unchanged while tracing is off', () => {
    expect(handedOn(new Tracing(), SAMPLED)).toEqual(SAMPLED);
  });

  it('A trace that is not recorded is forwarded as not sampled, with its own span id, so that no consumer looks for its spans', () => {
    const place = handedOn(sampling('traceidratio', 0), SAMPLED);
    expect(place).toMatchObject({ traceId: SAMPLED.traceId, isSampled: false });
    expect(place?.spanId).not.toBe(SAMPLED.spanId);
  });

  it('A trace that is not recorded keeps its span context if it was not sampled before', () => {
    expect(handedOn(sampling('traceidratio', 0), UNSAMPLED)).toEqual(UNSAMPLED);
  });
});
