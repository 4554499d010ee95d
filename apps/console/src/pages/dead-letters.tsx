import type { JSX } from 'preact';
import { bytes, count, time } from '../base/format.js';
import { useResource } from '../base/resource.js';
import { goTo, linkTo } from '../base/router.js';
import { status } from '../base/status-store.js';
import { useStore } from '../base/store.js';
import type { Letter, LettersPage as Answer, LetterSummary } from '../base/types.js';
import { CursorPages } from '../parts/cursor-pages.jsx';
import { Field, Filters } from '../parts/filters.jsx';
import { PlanRedrive, Redrives } from '../parts/redrives.jsx';
import { Badge, Card, Empty, PageTitle, RunbookLink, Table } from '../parts/ui.jsx';
import type { PageProps } from '../base/router.js';

/** Records that cannot be stored: by reason, one by one, and their redrives. */
export function DeadLettersPage({ place: { parameters } }: PageProps): JSX.Element {
  const { reason, device_id } = parameters;
  const filter = { reason, device_id };
  return (
    <>
      <PageTitle
        note={
          <>
            Accepted records that can never be stored as they are. Nothing of them is lost.{' '}
            <RunbookLink name="dead-letters">What each reason means, and what to do</RunbookLink>
          </>
        }
      >
        Dead letters
      </PageTitle>
      <div class="grid">
        <Summary />
        <Redrives />
      </div>
      <Filters onSubmit={(values) => goTo(['dead-letters'], values)} reset={linkTo(['dead-letters'])}>
        <Field name="reason" label="Reason" value={reason} />
        <Field name="device_id" label="Device" value={device_id} />
      </Filters>
      <Letters key={JSON.stringify(filter)} filter={filter} />
    </>
  );
}

/** For operators in full; readers see the counts of the status. */
function Summary(): JSX.Element {
  const summary = useResource<LetterSummary>('dead-letters/summary');
  const known = useStore(status)?.dead_letters;
  const { value } = summary;
  const reasons = value?.by_reason ?? known?.reasons ?? {};
  const rows = Object.entries(reasons).sort(([, one], [, other]) => other - one);
  const [scanned, total] = [value?.scanned ?? known?.counted ?? 0, value?.total ?? known?.total ?? 0];
  return (
    <Card
      title="By reason"
      note={scanned < total ? `Of the newest ${count(scanned)} of ${count(total)}.` : 'All of them.'}
    >
      {rows.length === 0 && <Empty>None.</Empty>}
      <ul class="counts" id="dead">
        {rows.map(([reason, amount]) => (
          <li key={reason}>
            <a href={linkTo(['dead-letters'], { reason })}>{reason}</a>
            <b>{count(amount)}</b>
          </li>
        ))}
      </ul>
      {value !== undefined && <p class="note">Without a decision: {count(value.without_disposition)}.</p>}
    </Card>
  );
}

function Letters({ filter }: { filter: { reason: string | undefined; device_id: string | undefined } }): JSX.Element {
  return (
    <CursorPages<Answer> path="dead-letters" filter={filter}>
      {({ letters, partial }, pager) => (
        <>
          {letters.length === 0 ? <Empty>No dead letter fits.</Empty> : <LetterTable letters={letters} />}
          {partial && <p class="note">One answer reads no further; the next page goes on.</p>}
          {pager}
          {letters.length > 0 && <PlanRedrive filter={filter} />}
        </>
      )}
    </CursorPages>
  );
}

function LetterTable({ letters }: { letters: readonly Letter[] }): JSX.Element {
  return (
    <Table label="Dead letters" head={['Letter', 'Reason', 'Dead-lettered', 'Device', 'Record', 'Size', 'Decision']}>
      {letters.map((letter) => (
        <tr key={`${letter.partition}/${letter.offset}`}>
          <td>
            <a href={linkTo(['dead-letters', String(letter.partition), String(letter.offset)])}>
              {letter.partition}/{letter.offset}
            </a>
          </td>
          <td>
            <code>{letter.reason}</code>
          </td>
          <td>
            <time dateTime={letter.dead_lettered_at}>{time(letter.dead_lettered_at)}</time>
          </td>
          <td class="cut">{letter.device_id ?? 'not readable'}</td>
          <td class="cut">{letter.record_id ?? 'not readable'}</td>
          <td>{bytes(letter.size_bytes)}</td>
          <td>
            <Decision letter={letter} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

export function Decision({ letter: { disposition } }: { letter: Letter }): JSX.Element {
  if (disposition === null) return <Badge tone="warn">none</Badge>;
  return <Badge tone="good">{disposition.kind}</Badge>;
}
