import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { time } from '../base/format.js';
import { Store, useStore } from '../base/store.js';

interface Series {
  label: string;
  /** A custom property of the style sheet. */
  color: string;
  values: readonly (number | null)[];
}

export interface ChartProps {
  /** For screen readers, which get the figures as a sentence. */
  label: string;
  /** Seconds since 1970. */
  times: readonly number[];
  series: readonly Series[];
  format: (value: number | null | undefined) => string;
  /** Format of the axis of values; short. */
  axis: (value: number) => string;
  /** First and last second that is shown; left out: those of the data. */
  range?: readonly [number, number] | undefined;
  /** Whether the axis of values begins at 0; else it is close to the values. */
  fromZero?: boolean;
  /** Charts with the same group share their cursor. */
  group?: string;
  height?: number;
}

const dark = matchMedia('(prefers-color-scheme: dark)');
const isDark = new Store(dark.matches);
dark.addEventListener('change', ({ matches }) => isDark.set(matches));

const colorOf = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Lines over time, with axes, a cursor, and the values at the cursor as text. */
export function Chart(props: ChartProps): JSX.Element {
  const { times, series } = props;
  const [at, setAt] = useState<number | null>(null);
  const host = usePlot(props, setAt);
  const label = useMemo(() => `${props.label}. ${sentence(props)}`, [times, series]);
  return (
    <figure class="chart">
      <Legend {...props} at={at} />
      <div ref={host} role="img" aria-label={label} />
    </figure>
  );
}

/** Draws into an element, again when the colours or the lines change. @returns the ref of the element */
function usePlot(props: ChartProps, onCursor: (index: number | null) => void) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const theme = useStore(isDark);
  const { times, series, range, height = 170 } = props;
  const names = series.map(({ label, color }) => `${label} ${color}`).join();
  useEffect(() => {
    const element = host.current!;
    const options = optionsOf(latest, height, element.clientWidth, onCursor);
    const made = new uPlot(options, dataOf(latest.current), element);
    plot.current = made;
    const watcher = new ResizeObserver(([entry]) => made.setSize({ width: entry!.contentRect.width, height }));
    watcher.observe(element);
    return () => {
      watcher.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [theme, names, height]);
  useEffect(() => plot.current?.setData(dataOf(latest.current)), [times, series, range?.[0], range?.[1]]);
  return host;
}

/** The values at the cursor; without one, the newest. */
function Legend({ series, times, format, at }: ChartProps & { at: number | null }): JSX.Element {
  const shown = at ?? lastKnown(series);
  return (
    <figcaption>
      {series.map(({ label, color, values }) => (
        <span key={label} class="legend">
          <i data-color={color} />
          {label} <b>{format(values[shown])}</b>
        </span>
      ))}
      <span class="legend-time">{at === null ? '' : time(new Date(times[at]! * 1000).toISOString())}</span>
    </figcaption>
  );
}

function lastKnown(series: readonly Series[]): number {
  const values = series[0]?.values ?? [];
  return values.findLastIndex((value) => value !== null);
}

function sentence({ series, format }: ChartProps): string {
  return series
    .map(({ label, values }) => {
      const known = values.filter((value) => value !== null);
      if (known.length === 0) return `${label}: not known`;
      const [low, high] = known.reduce(
        ([a, b], value) => [Math.min(a, value), Math.max(b, value)],
        [known[0]!, known[0]!],
      );
      return `${label}: now ${format(known.at(-1))}, lowest ${format(low)}, highest ${format(high)}`;
    })
    .join('; ');
}

function dataOf({ times, series }: ChartProps): uPlot.AlignedData {
  return [times as number[], ...series.map(({ values }) => values as (number | null)[])];
}

function optionsOf(
  latest: { current: ChartProps },
  height: number,
  width: number,
  onCursor: (index: number | null) => void,
): uPlot.Options {
  const { series, group, axis } = latest.current;
  const grid = { stroke: colorOf('--grid'), width: 1 };
  const ink = { stroke: colorOf('--soft'), font: '12px system-ui, sans-serif', grid, ticks: { show: false } };
  return {
    width,
    height,
    legend: { show: false },
    padding: [8, 8, 0, 0],
    cursor: {
      y: false,
      points: { size: 7 },
      drag: { x: false, y: false },
      ...(group !== undefined && { sync: { key: group } }),
    },
    scales: {
      x: { range: (_, low, high) => [...(latest.current.range ?? [low, high])] as [number, number] },
      y: { range: (_, low, high) => (latest.current.fromZero ? [0, (high ?? 0) * 1.1 || 1] : rangeOf(low, high)) },
    },
    axes: [
      { ...ink, size: 26, space: 60, values: (_, splits, __, ___, step) => splits.map((at) => clockText(at, step)) },
      { ...ink, size: 56, space: 36, values: (_, splits) => splits.map((value) => axis(value)) },
    ],
    series: [{}, ...series.map(lineOf)],
    hooks: { setCursor: [({ cursor }) => onCursor(cursor.idx ?? null)] },
  };
}

function lineOf({ label, color }: Series): uPlot.Series {
  const stroke = colorOf(color);
  return { label, stroke, width: 1.75, fill: `${stroke}1c`, points: { show: false }, spanGaps: false };
}

/** A mark of the axis of time: the date where the marks are days apart, seconds where they are less than a minute apart. */
function clockText(seconds: number, step: number): string {
  const at = new Date(seconds * 1000);
  if (step >= 86_400) return at.toLocaleDateString(undefined, { month: 'short', day: 'numeric' });
  const isMidnight = at.getHours() === 0 && at.getMinutes() === 0 && at.getSeconds() === 0;
  if (isMidnight) return at.toLocaleDateString(undefined, { month: 'short', day: 'numeric' });
  const parts = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  return at.toLocaleTimeString(undefined, step < 60 ? { ...parts, second: '2-digit' } : parts);
}

/** From 0 if the values are not below it and 0 is not far away; else close to the values. */
function rangeOf(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null) return [0, 1];
  if (low >= 0 && low <= high / 2) return [0, high === 0 ? 1 : high * 1.1];
  const room = (high - low || Math.abs(high) || 1) * 0.1;
  return [low - room, high + room];
}
