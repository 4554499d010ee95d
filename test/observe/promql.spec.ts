import { describe, expect, it } from '@jest/globals';
import { namesIn } from './promql.js';

const metricsIn = (query: string) => namesIn(query).selectors.map(({ metric }) => metric);

describe('namesIn', () => {
  it('namesIn finds a metric without labels', () => {
    expect(namesIn('up')).toEqual({ selectors: [{ metric: 'up', matchers: [] }], groupings: [] });
  });

  it('namesIn finds the labels by which a metric is selected', () => {
    expect(namesIn('requests_total{route="/a,b}", status=~"5.."}[5m]').selectors).toEqual([
      {
        metric: 'requests_total',
        matchers: [
          { label: 'route', operator: '=', value: '/a,b}' },
          { label: 'status', operator: '=~', value: '5..' },
        ],
      },
    ]);
  });

  it('namesIn distinguishes metrics from functions, operators and numbers', () => {
    const query = '(sum(rate(a_total[5m])) or vector(0)) / max(b) > bool 14.4 * 1e3 unless on () absent(job:c:ratio5m)';
    expect(metricsIn(query)).toEqual(['a_total', 'b', 'job:c:ratio5m']);
  });

  it.each(['sum by (le, code) (rate(a[5m]))', 'sum(rate(a[5m])) by (le, code)'])(
    'namesIn finds the labels of a group: %s',
    (query) => {
      expect(namesIn(query)).toEqual({ selectors: [{ metric: 'a', matchers: [] }], groupings: ['le', 'code'] });
    },
  );
});
