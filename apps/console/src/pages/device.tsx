import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { withParameters } from '../base/client.js';
import { ago, time } from '../base/format.js';
import { leavesOf, type Leaf } from '../base/leaves.js';
import { useResource } from '../base/resource.js';
import { goTo, linkTo } from '../base/router.js';
import type { LatestRecord, RecordsPage } from '../base/types.js';
import { ExportForm } from '../parts/export-form.jsx';
import { RecordRows } from '../parts/record-rows.jsx';
import { RANGES, type RangeName, SeriesChart, windowOf } from '../parts/series-chart.jsx';
import { Badge, Card, Loaded, PageTitle } from '../parts/ui.jsx';
import type { PageProps } from '../base/router.js';
import { CompleteThrough } from '../parts/cursor-pages.jsx';

const LOOK_EVERY_MS = 5_000;
const SHOWN_RECORDS = 10;

/** One device: its latest values, one of them over time, and its newest records. */
export function DevicePage({ place: { path, parameters } }: PageProps): JSX.Element {
  const device = path[1] ?? '';
  const address = `records/${encodeURIComponent(device)}`;
  const latest = useResource<LatestRecord>(`${address}/latest`, LOOK_EVERY_MS);
  return (
    <>
      <PageTitle note={<a href={linkTo(['devices'])}>All devices</a>}>{device}</PageTitle>
      <Loaded of={latest}>
        {(record) => (
          <Device record={record} address={address} chosen={parameters['path']} range={parameters['range']} />
        )}
      </Loaded>
      <NewestRecords device={device} />
    </>
  );
}

interface DeviceProps {
  record: LatestRecord;
  address: string;
  chosen: string | undefined;
  range: string | undefined;
}

function Device({ record, address, chosen, range = '1h' }: DeviceProps): JSX.Element {
  const { device_id: device, timestamp } = record;
  const leaves = useMemo(() => leavesOf(record.data_payload), [record]);
  const path = chosen ?? leaves.find(({ number }) => number !== undefined)?.path;
  const name = (range in RANGES ? range : '1h') as RangeName;
  // The time range stays while the page is open: a chart that moves by itself is hard to read.
  const [beginMs] = useState(() => Date.now());
  const window = windowOf(name, Date.parse(timestamp), beginMs);
  const show = (changes: { path?: string; range?: string }): void =>
    goTo(['devices', device], { ...(path !== undefined && { path }), range: name, ...changes });
  return (
    <>
      <Latest record={record} leaves={leaves} path={path} choose={(each) => show({ path: each })} />
      {path !== undefined && (
        <Card
          title={`${path} over time`}
          class="wide"
          actions={<RangeChoice range={name} choose={(each) => show({ range: each })} />}
        >
          <SeriesChart key={`${path} ${name}`} address={address} path={path} window={window} />
        </Card>
      )}
      <ExportForm device={device} paths={leaves.map((leaf) => leaf.path)} window={window} />
    </>
  );
}

function RangeChoice({ range, choose }: { range: RangeName; choose: (range: RangeName) => void }): JSX.Element {
  return (
    <div class="choices" role="group" aria-label="Time range">
      {(Object.keys(RANGES) as RangeName[]).map((name) => (
        <button key={name} type="button" aria-pressed={name === range} onClick={() => choose(name)}>
          {RANGES[name].text}
        </button>
      ))}
    </div>
  );
}

interface LatestProps {
  record: LatestRecord;
  leaves: readonly Leaf[];
  path: string | undefined;
  choose: (path: string) => void;
}

/** A tile for each value; those that are numbers can be chosen for the chart. */
function Latest({ record, leaves, path, choose }: LatestProps): JSX.Element {
  const { timestamp, received_at, ahead, complete_through } = record;
  return (
    <Card
      title="Latest values"
      note={
        <>
          Of {time(timestamp)}, received {ago(received_at)}. <CompleteThrough at={complete_through} />
        </>
      }
    >
      {ahead != null && (
        <p>
          <Badge tone="warn">clock ahead</Badge> A record is stamped {time(ahead.timestamp)}, ahead of the clock of the
          service; it does not count as the latest.
        </p>
      )}
      <ul class="tiles">
        {leaves.map((leaf) => (
          <li key={leaf.path}>
            <Tile leaf={leaf} isChosen={leaf.path === path} choose={choose} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Tile({
  leaf,
  isChosen,
  choose,
}: {
  leaf: Leaf;
  isChosen: boolean;
  choose: (path: string) => void;
}): JSX.Element {
  const content = (
    <>
      <span class="tile-name">{leaf.path.slice(1)}</span>
      <span class="tile-value">{leaf.text}</span>
    </>
  );
  if (leaf.number === undefined) return <div class="tile">{content}</div>;
  return (
    <button type="button" class="tile" aria-pressed={isChosen} onClick={() => choose(leaf.path)}>
      {content}
    </button>
  );
}

function NewestRecords({ device }: { device: string }): JSX.Element {
  const answer = useResource<RecordsPage>(withParameters('records', { device_id: device, limit: SHOWN_RECORDS }));
  return (
    <Card
      title="Newest records"
      actions={
        <span>
          <a href={linkTo(['records'], { device_id: device })}>All records</a> ·{' '}
          <a href={linkTo(['live'], { device_id: device })}>Follow live</a>
        </span>
      }
    >
      <Loaded of={answer}>{({ records }) => <RecordRows records={records} />}</Loaded>
    </Card>
  );
}
