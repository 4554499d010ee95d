import { Fragment, type JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import { age, time } from '../base/format.js';
import { linkTo } from '../base/router.js';
import type { StoredRecord } from '../base/types.js';
import { JsonView, preview } from './json-view.jsx';
import { Table } from './ui.jsx';

/** Records as a table; a row opens to the whole record. */
export function RecordRows({ records }: { records: readonly StoredRecord[] }): JSX.Element {
  return (
    <Table label="Records" head={['More', 'Time', 'Device', 'Record', 'Payload']}>
      {records.map((record) => (
        <Row key={`${record.device_id}/${record.record_id}`} record={record} />
      ))}
    </Table>
  );
}

function Row({ record }: { record: StoredRecord }): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const { device_id: device, record_id: recordId } = record;
  return (
    <Fragment>
      <tr>
        <td>
          <button
            type="button"
            class="opener"
            aria-expanded={isOpen}
            aria-controls={id}
            aria-label={`All of record ${recordId}`}
            onClick={() => setOpen(!isOpen)}
          />
        </td>
        <td>
          <time dateTime={record.timestamp}>{time(record.timestamp)}</time>
        </td>
        <td class="cut">
          <a href={linkTo(['devices', device])}>{device}</a>
        </td>
        <td class="cut">{recordId}</td>
        <td class="payload">
          <code>{preview(record.data_payload)}</code>
        </td>
      </tr>
      <tr id={id} hidden={!isOpen}>
        <td colSpan={5}>{isOpen && <Opened record={record} />}</td>
      </tr>
    </Fragment>
  );
}

function Opened({ record }: { record: StoredRecord }): JSX.Element {
  const { data_payload: payload, ...others } = record;
  return (
    <div class="opened">
      <dl class="facts">
        {Object.entries(others).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
          </div>
        ))}
        <div>
          <dt>stored after</dt>
          <dd>{delayOf(record)}</dd>
        </div>
      </dl>
      <JsonView value={payload} label="Payload" />
    </div>
  );
}

function delayOf({ received_at, stored_at }: StoredRecord): string {
  return stored_at === null ? 'not stored yet' : age((Date.parse(stored_at) - Date.parse(received_at)) / 1000);
}
