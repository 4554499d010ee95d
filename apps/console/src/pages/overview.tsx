import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { age, count, rate, short, time } from '../base/format.js';
import { headlineOf, isLate, undecidedOf } from '../base/headline.js';
import { connection, history, status } from '../base/status-store.js';
import { useStore } from '../base/store.js';
import type { History, Status } from '../base/types.js';
import { Chart, type ChartProps } from '../parts/chart.jsx';
import { PartsCard, PartitionsCard, RecentCard } from '../parts/system.jsx';
import { SendForm } from '../parts/send-form.jsx';
import { Card, RunbookLink } from '../parts/ui.jsx';

const MINUTES = [5, 15, 60] as const;
const MIN_SECONDS = 60;

/** What goes on now and over the last hour. */
export function OverviewPage(): JSX.Element {
  const now = useStore(status);
  return (
    <>
      <Headline now={now} />
      <Figures now={now} />
      <Charts />
      <div class="grid">
        <PartsCard now={now} />
        <PartitionsCard now={now} />
      </div>
      <div class="grid">
        <RecentCard now={now} />
        <SendForm />
      </div>
    </>
  );
}

function Headline({ now }: { now: Status | undefined }): JSX.Element {
  const { tone, text, runbook } = headlineOf(now);
  const live = useStore(connection);
  if (now === undefined) {
    return (
      <header class="headline" data-tone={tone}>
        <h1 id="headline" tabIndex={-1}>
          {live.text}
        </h1>
      </header>
    );
  }
  return (
    <header class="headline" data-tone={tone}>
      <h1 id="headline" tabIndex={-1}>
        {text}
      </h1>
      <p>
        <span id="connection">{live.text}</span>
        {live.isLive && ` · last figures ${time(now.at)}`}
        {' · '}
        <RunbookLink name={runbook}>{tone === 'good' ? 'Runbooks' : 'What to do'}</RunbookLink>
      </p>
    </header>
  );
}

function Figures({ now }: { now: Status | undefined }): JSX.Element {
  const buffer = now?.buffer;
  const late = now !== undefined && isLate(now) ? 'warn' : undefined;
  const dead = now?.dead_letters?.total;
  return (
    <dl class="figures">
      <Figure name="Received" value={rate(now?.rates?.in_per_second)} unit="records/s" />
      <Figure name="Stored" value={rate(now?.rates?.out_per_second)} unit="records/s" />
      <Figure name="Waiting" value={count(buffer?.waiting)} unit="records" tone={late} />
      <Figure
        name="Oldest waits"
        value={buffer?.waiting === 0 ? 'none' : age(buffer?.oldest_age_seconds)}
        tone={late}
      />
      <Figure
        name="Dead letters"
        value={count(dead)}
        tone={now !== undefined && undecidedOf(now) > 0 ? 'warn' : undefined}
        href="#/dead-letters"
      />
    </dl>
  );
}

interface FigureProps {
  name: string;
  value: string;
  unit?: string;
  tone?: string | undefined;
  href?: string;
}

function Figure({ name, value, unit, tone, href }: FigureProps): JSX.Element {
  return (
    <div class="figure">
      <dt>{href === undefined ? name : <a href={href}>{name}</a>}</dt>
      <dd data-tone={tone}>
        {value} {unit !== undefined && <small>{unit}</small>}
      </dd>
    </div>
  );
}

type Drawn = Pick<ChartProps, 'label' | 'series' | 'format' | 'axis'>;

function chartsOf(past: History): Drawn[] {
  const perSecond = (value: number | null | undefined): string => `${rate(value)}/s`;
  return [
    {
      label: 'Records received and stored each second',
      format: perSecond,
      axis: short,
      series: [
        { label: 'Received', color: '--line-1', values: past.received_per_second },
        { label: 'Stored', color: '--line-2', values: past.stored_per_second },
      ],
    },
    {
      label: 'Records that wait to be stored',
      format: count,
      axis: short,
      series: [{ label: 'Waiting', color: '--line-3', values: past.waiting }],
    },
    {
      label: 'Age of the oldest waiting record',
      format: age,
      axis: age,
      series: [{ label: 'Oldest waits', color: '--line-4', values: past.oldest_age_seconds }],
    },
    {
      label: 'Dead letters in the topic',
      format: count,
      axis: short,
      series: [{ label: 'Dead letters', color: '--line-5', values: past.dead_letters }],
    },
  ];
}

function Charts(): JSX.Element {
  const past = useStore(history);
  const [minutes, choose] = useState(60);
  const times = useMemo(() => (past?.at ?? []).map((at) => Date.parse(at) / 1000), [past]);
  const charts = useMemo(() => (past === undefined ? [] : chartsOf(past)), [past]);
  const end = times.at(-1) ?? Date.now() / 1000;
  // A process that has just begun has a short history: it fills the chart all the same.
  const begin = Math.min(Math.max(end - minutes * 60, times[0] ?? end), end - MIN_SECONDS);
  const range = [begin, end] as const;
  return (
    <Card title="Flow" class="wide" actions={<Ranges minutes={minutes} choose={choose} />}>
      {past === undefined ? (
        <p class="empty">The history comes with the first answer of the query service.</p>
      ) : (
        <div class="charts">
          {charts.map((chart) => (
            <Chart key={chart.label} {...chart} times={times} range={range} group="flow" fromZero />
          ))}
        </div>
      )}
    </Card>
  );
}

function Ranges({ minutes, choose }: { minutes: number; choose: (minutes: number) => void }): JSX.Element {
  return (
    <div class="choices" role="group" aria-label="Time range">
      {MINUTES.map((each) => (
        <button key={each} type="button" aria-pressed={each === minutes} onClick={() => choose(each)}>
          {each === 60 ? '1 hour' : `${each} min`}
        </button>
      ))}
    </div>
  );
}
