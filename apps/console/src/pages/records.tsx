import type { JSX } from 'preact';
import { goTo, linkTo } from '../base/router.js';
import type { RecordsPage as Answer } from '../base/types.js';
import { AboveTable, CursorPages } from '../parts/cursor-pages.jsx';
import { Choice, Field, Filters, localToInstant } from '../parts/filters.jsx';
import { RecordRows } from '../parts/record-rows.jsx';
import { Empty, PageTitle } from '../parts/ui.jsx';
import type { PageProps } from '../base/router.js';

const STATES = { '': 'stored', buffered: 'buffered', dead_lettered: 'dead-lettered' };
const TIMES = { '': 'of the device', received_at: 'of receipt' };

/** Stored records, by filter and page. */
export function RecordsPage({ place: { parameters } }: PageProps): JSX.Element {
  const { device_id, record_id, state, by, from, to } = parameters;
  const filter = { device_id, record_id, state, ...timesOf(parameters) };
  return (
    <>
      <PageTitle note="Newest first; records that are not stored come in the order of the event log.">
        Records
      </PageTitle>
      <Filters onSubmit={(values) => goTo(['records'], values)} reset={linkTo(['records'])}>
        <Field name="device_id" label="Device" value={device_id} />
        <Field name="record_id" label="Record id" value={record_id} />
        <Choice name="state" label="State" value={state} options={STATES} />
        <Choice name="by" label="Time" value={by} options={TIMES} />
        <Field name="from" label="From" type="datetime-local" value={from} />
        <Field name="to" label="To" type="datetime-local" value={to} />
      </Filters>
      <RecordPages key={JSON.stringify(filter)} filter={filter} />
    </>
  );
}

/** Both the shown time and the order are of the device or of the receipt; only stored records have an order. */
function timesOf({ by, state, ...times }: Filter): Filter {
  const [from, to] = [localToInstant(times['from']), localToInstant(times['to'])];
  if (by !== 'received_at') return { from, to };
  const order = state === undefined || state === '' ? 'received_at' : undefined;
  return { received_from: from, received_to: to, order };
}

type Filter = Readonly<Record<string, string | undefined>>;

function RecordPages({ filter }: { filter: Filter }): JSX.Element {
  return (
    <CursorPages<Answer> path="records" filter={filter}>
      {({ records, complete_through }, pager, reload) => (
        <>
          <AboveTable at={complete_through} reload={reload} />
          {records.length === 0 ? <Empty>No record fits.</Empty> : <RecordRows records={records} />}
          {pager}
        </>
      )}
    </CursorPages>
  );
}
