import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { postJson } from '../base/client.js';
import { bytes, time } from '../base/format.js';
import { type Resource, useResource } from '../base/resource.js';
import { linkTo } from '../base/router.js';
import { parseExact } from '../base/exact-json.js';
import type { LetterDetail } from '../base/types.js';
import { JsonView } from '../parts/json-view.jsx';
import { PlanRedrive } from '../parts/redrives.jsx';
import { Badge, Card, Failure, Loaded, PageTitle, RunbookLink } from '../parts/ui.jsx';
import { Decision } from './dead-letters.jsx';
import type { PageProps } from '../base/router.js';

/** One dead letter: its bytes, its headers, the result of the current checks, and the decision about it. */
export function LetterPage({ place: { path } }: PageProps): JSX.Element {
  const [, partition = '', offset = ''] = path;
  const address = `dead-letters/${encodeURIComponent(partition)}/${encodeURIComponent(offset)}`;
  const answer = useResource<LetterDetail>(address);
  return (
    <>
      <PageTitle note={<a href={linkTo(['dead-letters'])}>All dead letters</a>}>
        Dead letter {partition}/{offset}
      </PageTitle>
      <Loaded of={answer}>{(letter) => <Letter letter={letter} answer={answer} address={address} />}</Loaded>
    </>
  );
}

interface LetterProps {
  letter: LetterDetail;
  answer: Resource<LetterDetail>;
  address: string;
}

function Letter(props: LetterProps): JSX.Element {
  const { letter } = props;
  return (
    <>
      <Findings {...props} />
      <div class="grid">
        <Card title="The letter">
          <Value letter={letter} />
        </Card>
        {letter.stored !== null && (
          <Card title="The record stored under its key">
            <JsonView value={letter.stored} label="Stored record" />
          </Card>
        )}
        <Card title="Headers">
          <dl class="facts">
            {Object.entries(letter.headers).map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </Card>
      </div>
      {letter.disposition === null && <PlanRedrive filter={{ key: `${letter.partition}/${letter.offset}` }} />}
    </>
  );
}

function Findings({ letter, answer, address }: LetterProps): JSX.Element {
  return (
    <div class="grid">
      <Card title="What happened">
        <Facts letter={letter} />
      </Card>
      <Card title="Result of the current checks">
        <p>
          <Badge tone={letter.check.would === 'pass' ? 'good' : 'bad'}>would {letter.check.would}</Badge>{' '}
          {letter.check.reason !== null && <code>{letter.check.reason}</code>} {letter.check.detail}
        </p>
        <p class="note">
          <RunbookLink name="dead-letters">What to do about {letter.reason}</RunbookLink>
        </p>
        {letter.disposition === null ? (
          <Discard address={address} onDone={answer.reload} />
        ) : (
          <Decided letter={letter} />
        )}
      </Card>
    </div>
  );
}

function Facts({ letter }: { letter: LetterDetail }): JSX.Element {
  const facts: [string, string | JSX.Element][] = [
    ['Reason', <code>{letter.reason}</code>],
    ['Detail', letter.detail],
    ['Dead-lettered', time(letter.dead_lettered_at)],
    ['Device', letter.device_id ?? 'not readable'],
    ['Record', letter.record_id ?? 'not readable'],
    ['Origin', letter.origin === null ? 'not known' : JSON.stringify(letter.origin)],
    ['Attempts', String(letter.attempts ?? 'not known')],
    ['Redriven', `${letter.redrive_count} times`],
    ['Size', bytes(letter.size_bytes)],
    ['Decision', <Decision letter={letter} />],
  ];
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The bytes unchanged: as JSON if they are JSON, as text if they are text, else in Base64. */
function Value({ letter: { value, value_base64 } }: { letter: LetterDetail }): JSX.Element {
  if (value === null) {
    return (
      <pre class="json" tabIndex={0} role="group" aria-label="Bytes in Base64">
        {value_base64 ?? 'There is no value.'}
      </pre>
    );
  }
  const parsed = parsedOr(value);
  if (parsed !== undefined) return <JsonView value={parsed} label="Value" />;
  return (
    <pre class="json" tabIndex={0} role="group" aria-label="Value">
      {value}
    </pre>
  );
}

function parsedOr(text: string): unknown {
  try {
    return parseExact(text);
  } catch {
    return undefined;
  }
}

function Decided({ letter: { disposition, verdict } }: { letter: LetterDetail }): JSX.Element {
  return (
    <>
      <p>
        {disposition!.kind} {disposition!.at !== undefined && time(disposition!.at)} {disposition!.why}
        {verdict != null && ` · ${verdict.replace('_', ' ')}`}
      </p>
    </>
  );
}

/** Discards a letter. It stays in the topic. */
function Discard({ address, onDone }: { address: string; onDone: () => void }): JSX.Element {
  const [why, setWhy] = useState('');
  const [error, setError] = useState<Error>();
  const submit = (event: Event): void => {
    event.preventDefault();
    postJson(`${address}/discard`, { why }).then(onDone, setError);
  };
  return (
    <form class="discard" onSubmit={submit}>
      <label for="why">Discard it, because</label>
      <div class="row">
        <input
          id="why"
          required
          maxLength={1000}
          autocomplete="off"
          value={why}
          onInput={({ currentTarget }) => setWhy(currentTarget.value)}
        />
        <button>Discard</button>
      </div>
      {error !== undefined && <Failure error={error} />}
    </form>
  );
}
