import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { RefusedError, tokenVersion, withParameters } from '../base/client.js';
import { followEvents, type StreamEvent } from '../base/event-stream.js';
import { count, time } from '../base/format.js';
import { goTo, linkTo } from '../base/router.js';
import { useStore } from '../base/store.js';
import type { StoredRecord } from '../base/types.js';
import { Field, Filters } from '../parts/filters.jsx';
import { JsonView, preview } from '../parts/json-view.jsx';
import { Empty, Failure, PageTitle } from '../parts/ui.jsx';
import type { PageProps } from '../base/router.js';

/** Most events that are kept; older ones go. */
const KEPT = 200;
/** Events come faster than anybody reads: the page is drawn this often at most. */
const DRAW_EVERY_MS = 250;
const RECONNECT_MS = 2_000;

type Event = Pick<StoredRecord, 'device_id' | 'record_id' | 'timestamp' | 'received_at' | 'data_payload'>;

interface Shown {
  number: number;
  event: Event;
}

/** Events as they arrive. */
export function LivePage({ place: { parameters } }: PageProps): JSX.Element {
  const { device_id, text } = parameters;
  return (
    <>
      <PageTitle note="Events of the event log as they arrive, before and after they are stored.">Live</PageTitle>
      <Filters onSubmit={(values) => goTo(['live'], values)} reset={linkTo(['live'])}>
        <Field name="device_id" label="Device" value={device_id} />
        <Field name="text" label="Payload contains" value={text} />
      </Filters>
      <Tail key={`${device_id} ${text}`} device={device_id} text={text} />
    </>
  );
}

function Tail({ device, text }: { device: string | undefined; text: string | undefined }): JSX.Element {
  const [isPaused, setPaused] = useState(false);
  const tail = useTail(device, text, isPaused);
  return (
    <section aria-label="Events">
      <div class="above-table">
        <span id="tail-state" class="soft">
          {isPaused ? `Paused; ${count(tail.missed)} came since` : tail.state}
        </span>
        <button type="button" aria-pressed={isPaused} onClick={() => setPaused(!isPaused)}>
          {isPaused ? 'Resume' : 'Pause'}
        </button>
        <button type="button" onClick={tail.clear}>
          Clear
        </button>
      </div>
      {tail.error !== undefined && <Failure error={tail.error} />}
      {tail.shown.length === 0 && tail.error === undefined && <Empty>No event yet.</Empty>}
      <ol class="tail" id="tail">
        {tail.shown.map(({ number, event }) => (
          <EventRow key={number} event={event} />
        ))}
      </ol>
    </section>
  );
}

function EventRow({ event }: { event: Event }): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  return (
    <li>
      <div class="event">
        <button
          type="button"
          class="opener"
          aria-expanded={isOpen}
          aria-label={`All of record ${event.record_id}`}
          onClick={() => setOpen(!isOpen)}
        />
        <time dateTime={event.received_at}>{time(event.received_at)}</time>
        <a href={linkTo(['devices', event.device_id])}>{event.device_id}</a>
        <code>{preview(event.data_payload, 300)}</code>
      </div>
      {isOpen && <JsonView value={event} label={`Record ${event.record_id}`} />}
    </li>
  );
}

/** The newest events that fit, the newest first. While it is paused, what comes is counted and kept aside. */
function useTail(device: string | undefined, text: string | undefined, isPaused: boolean) {
  const kept = useRef<Shown[]>([]);
  const number = useRef(0);
  const [shown, show] = useState<readonly Shown[]>([]);
  const [state, setState] = useState('Connecting…');
  const [error, setError] = useState<Error>();
  const version = useStore(tokenVersion);
  const [pausedAt, setPausedAt] = useState(0);
  const [newest, setNewest] = useState(0);

  useEffect(() => {
    const left = new AbortController();
    const onEvent = ({ name, data }: StreamEvent): void => {
      if (name === 'gap') setState('Live. Retention has removed events before they were read.');
      if (name !== 'message' || !fits(data as Event, text)) return;
      kept.current = [{ number: ++number.current, event: data as Event }, ...kept.current].slice(0, KEPT);
    };
    void follow(device, left.signal, onEvent, setState, setError);
    return () => left.abort();
  }, [device, text, version]);

  useEffect(() => {
    setPausedAt(number.current);
    const draw = (): void => {
      setNewest(number.current);
      if (!isPaused) show(kept.current);
    };
    draw();
    const timer = setInterval(draw, DRAW_EVERY_MS);
    return () => clearInterval(timer);
  }, [isPaused]);

  const clear = (): void => {
    kept.current = [];
    show([]);
  };
  return { shown, state, error, clear, missed: newest - pausedAt };
}

function fits({ data_payload }: Event, text: string | undefined): boolean {
  return text === undefined || JSON.stringify(data_payload).includes(text);
}

async function follow(
  device: string | undefined,
  left: AbortSignal,
  onEvent: (event: StreamEvent) => void,
  say: (state: string) => void,
  fail: (error: Error | undefined) => void,
): Promise<void> {
  let position: string | undefined;
  while (!left.aborted) {
    try {
      fail(undefined);
      say('Live');
      const path = withParameters('events/tail', { device_id: device, from: position ?? 'latest' });
      await followEvents(path, left, (event) => {
        position = event.id ?? position;
        onEvent(event);
      });
    } catch (error) {
      if (left.aborted) return;
      say(`Not live: ${(error as Error).message} Connecting again…`);
      if (error instanceof RefusedError && error.status < 500) return fail(error);
    }
    await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
  }
}
