import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { withParameters } from '../base/client.js';
import { count, figure, short } from '../base/format.js';
import { useResource } from '../base/resource.js';
import type { Series } from '../base/types.js';
import { Chart } from './chart.jsx';
import { Empty, Loaded } from './ui.jsx';

const HOUR_MS = 3_600_000;

export const RANGES = {
  '1h': { text: '1 hour', ms: HOUR_MS },
  '24h': { text: '24 hours', ms: 24 * HOUR_MS },
  '7d': { text: '7 days', ms: 7 * 24 * HOUR_MS },
  '30d': { text: '30 days', ms: 30 * 24 * HOUR_MS },
} as const;

export type RangeName = keyof typeof RANGES;

/** Instants in RFC 3339; `to` is excluded. */
export interface Window {
  from: string;
  to: string;
}

/** The range that ends now; for a device that has been silent for longer, the one that ends with its latest record. */
export function windowOf(range: RangeName, latestMs: number, nowMs: number): Window {
  const { ms } = RANGES[range];
  const endMs = latestMs < nowMs - ms ? latestMs + 1000 : nowMs + 1000;
  return { from: new Date(endMs - ms).toISOString(), to: new Date(endMs).toISOString() };
}

const POINTS = 500;

/** One number of the payloads of a device over time. */
export function SeriesChart(props: { address: string; path: string; window: Window }): JSX.Element {
  const { address, path, window } = props;
  const answer = useResource<Series>(withParameters(`${address}/series`, { path, ...window, points: POINTS }));
  return <Loaded of={answer}>{(series) => <Drawn series={series} path={path} window={window} />}</Loaded>;
}

function Drawn({ series, path, window }: { series: Series; path: string; window: Window }): JSX.Element {
  const { times, values } = useMemo(() => lineOf(series), [series]);
  const lines = useMemo(() => [{ label: path, color: '--line-1', values }], [path, values]);
  const range = [Date.parse(window.from) / 1000, Date.parse(window.to) / 1000] as const;
  const { missing, non_numeric } = series;
  return (
    <>
      {times.length === 0 ? (
        <Empty>No number at {path} in this range.</Empty>
      ) : (
        <Chart
          label={`${path} over time`}
          times={times}
          series={lines}
          format={figure}
          axis={short}
          range={range}
          height={260}
        />
      )}
      {missing + non_numeric > 0 && (
        <p class="note">
          Of the records of this range, {count(missing)} have no {path}, and in {count(non_numeric)} it is no number.
        </p>
      )}
    </>
  );
}

/** The points with a break in each gap. */
function lineOf({ points, gaps }: Series): { times: number[]; values: (number | null)[] } {
  const breaks = new Set(gaps.map(({ from }) => from));
  const times: number[] = [];
  const values: (number | null)[] = [];
  for (const { timestamp, value } of points) {
    const at = Date.parse(timestamp) / 1000;
    times.push(at);
    values.push(value);
    if (!breaks.has(timestamp)) continue;
    times.push(at + 0.001);
    values.push(null);
  }
  return { times, values };
}
