import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { postJson } from '../base/client.js';
import { ago, time } from '../base/format.js';
import { goTo, linkTo } from '../base/router.js';
import type { Device, DevicesPage as Answer, LatestOfMany } from '../base/types.js';
import { AboveTable, CursorPages } from '../parts/cursor-pages.jsx';
import { Field, Filters } from '../parts/filters.jsx';
import { preview } from '../parts/json-view.jsx';
import { Empty, PageTitle, Table } from '../parts/ui.jsx';
import type { PageProps } from '../base/router.js';

/** The devices that have stored records, by a prefix of their ids. */
export function DevicesPage({ place: { parameters } }: PageProps): JSX.Element {
  const { prefix } = parameters;
  return (
    <>
      <PageTitle note="Devices that have stored records, by id.">Devices</PageTitle>
      <Filters onSubmit={(values) => goTo(['devices'], values)} reset={linkTo(['devices'])}>
        <Field name="prefix" label="Device id begins with" value={prefix} />
      </Filters>
      <DevicePages key={prefix} prefix={prefix} />
    </>
  );
}

function DevicePages({ prefix }: { prefix: string | undefined }): JSX.Element {
  return (
    <CursorPages<Answer> path="devices" filter={{ prefix }}>
      {({ devices, complete_through }, pager, reload) => (
        <>
          <AboveTable at={complete_through} reload={reload} />
          {devices.length === 0 ? <Empty>No device fits.</Empty> : <DeviceTable devices={devices} />}
          {pager}
        </>
      )}
    </CursorPages>
  );
}

function DeviceTable({ devices }: { devices: readonly Device[] }): JSX.Element {
  const latest = useLatest(devices);
  return (
    <Table label="Devices" head={['Device', 'Last received', 'Last timestamp', 'Latest payload']}>
      {devices.map(({ device_id, last_timestamp, last_received_at }) => (
        <tr key={device_id}>
          <td class="cut">
            <a href={linkTo(['devices', device_id])}>{device_id}</a>
          </td>
          <td>
            <time dateTime={last_received_at} title={time(last_received_at)}>
              {ago(last_received_at)}
            </time>
          </td>
          <td>
            {last_timestamp === null ? (
              'ahead of the clock'
            ) : (
              <time dateTime={last_timestamp}>{time(last_timestamp)}</time>
            )}
          </td>
          <td class="payload">
            <code>{latest.get(device_id) ?? ''}</code>
          </td>
        </tr>
      ))}
    </Table>
  );
}

/** The beginnings of the latest payloads; the list is shown before they arrive, and without them if they cannot be read. */
function useLatest(devices: readonly Device[]): ReadonlyMap<string, string> {
  const [latest, setLatest] = useState<ReadonlyMap<string, string>>(new Map());
  useEffect(() => {
    const device_ids = devices.map(({ device_id }) => device_id);
    postJson<LatestOfMany>('latest', { device_ids }).then(
      ({ records }) => setLatest(new Map(records.map((record) => [record.device_id, preview(record.data_payload)]))),
      () => setLatest(new Map()),
    );
  }, [devices]);
  return latest;
}
