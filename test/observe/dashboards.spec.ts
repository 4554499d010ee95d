import { describe, expect, it } from '@jest/globals';
import { labelsIn, unknownNamesIn } from './known-queries.js';
import { DASHBOARD_FILES, readYaml, type Panel } from './observe-files.js';

const SCREEN_COLUMNS = 24;
/** What a laptop shows of a dashboard without scrolling, in Grafana's units of height. */
const SCREEN_ROWS = 22;

const datasource = readYaml('observe/grafana/provisioning/datasources/prometheus.yml').datasources[0];

it('The dashboards are one overview, one of the edge and one of the worker', () => {
  expect(DASHBOARD_FILES.map(([file]) => file)).toEqual(['edge.json', 'overview.json', 'worker.json']);
  expect(new Set(DASHBOARD_FILES.map(([, { uid }]) => uid)).size).toBe(3);
});

it('The overview fits on one screen', () => {
  const [, overview] = DASHBOARD_FILES.find(([file]) => file === 'overview.json')!;
  expect(Math.max(...overview.panels.map(({ gridPos: { y, h } }) => y + h))).toBeLessThanOrEqual(SCREEN_ROWS);
});

describe.each(DASHBOARD_FILES)('The dashboard in %s', (_file, { panels }) => {
  const charts = panels.filter(({ targets }) => targets !== undefined);
  const targets = charts.flatMap(({ title, targets = [] }) => targets.map((target) => ({ title, ...target })));

  it('The dashboard has panels with descriptions that do not overlap', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { type, title, description, gridPos } of panels) {
      expect({ title, isSaid: type === 'row' || Boolean(description) }).toEqual({ title, isSaid: true });
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(SCREEN_COLUMNS);
    }
    expect(overlapsAmong(panels)).toEqual([]);
  });

  it('The dashboard queries the provisioned Prometheus', () => {
    expect(charts.length).toBeGreaterThan(5);
    for (const { title, datasource: asked } of charts) {
      expect({ title, uid: asked?.uid }).toEqual({ title, uid: datasource.uid });
    }
  });

  it.each(targets)('The dashboard queries only exported metrics: $title: $expr', ({ expr }) => {
    expect(unknownNamesIn(expr)).toEqual([]);
  });

  it.each(targets.filter(({ legendFormat }) => legendFormat?.includes('{{')))(
    'The dashboard names its series by labels that they have: $title: $legendFormat',
    ({ expr, legendFormat }) => {
      const labels = [...legendFormat!.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label!);
      expect(labels.filter((label) => !labelsIn(expr).has(label))).toEqual([]);
    },
  );
});

function overlapsAmong(panels: readonly Panel[]): string[] {
  return panels.flatMap((one, index) =>
    panels
      .slice(index + 1)
      .filter((other) => overlap(one, other))
      .map((other) => `${one.title} and ${other.title}`),
  );
}

function overlap({ gridPos: one }: Panel, { gridPos: other }: Panel): boolean {
  return one.x < other.x + other.w && other.x < one.x + one.w && one.y < other.y + other.h && other.y < one.y + one.h;
}
