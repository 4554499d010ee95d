import { describe, expect, it } from '@jest/globals';
import { chartOf } from './chart.js';

const row = (what: string, variant: string, ratio: number) => ({ what, variant, figure: `${ratio * 10} us`, ratio });
const widthsIn = (svg: string) => [...svg.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width));

describe('chartOf', () => {
  it('chartOf draws bars in proportion to the ratios', () => {
    const [bare, half, double] = widthsIn(chartOf([row('a', 'bare', 1), row('a', 'x', 0.5), row('b', 'y', 2)]));
    expect([half! / bare!, double! / bare!]).toEqual([0.5, 2]);
  });

  it('chartOf names each measurement once, and each variant with its figure', () => {
    const svg = chartOf([row('POST', 'bare', 1), row('POST', 'Kafka', 0.5)]);
    expect(svg.match(/>POST</g)).toHaveLength(1);
    expect(svg).toContain('>0.50 (5 us)<');
  });

  it('chartOf shows a ratio that is close to nothing', () => {
    expect(widthsIn(chartOf([row('a', 'bare', 1), row('a', 'x', 0.00001)]))[1]).toBe(1);
  });

  it('chartOf escapes markup in its texts', () => {
    expect(chartOf([row('a < b & c', 'x', 1)])).toContain('>a &lt; b &amp; c<');
  });
});
