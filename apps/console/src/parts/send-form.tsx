import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ask, getJson } from '../base/client.js';
import { linkTo } from '../base/router.js';
import { Card } from './ui.jsx';

const LOOK_EVERY_MS = 250;
const LOOKS = 40;

interface Sent {
  text: string;
  tone: 'good' | 'warn' | 'bad' | 'unknown';
  recordId?: string;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Sends one record like a device, and shows its result. */
export function SendForm(): JSX.Element {
  const [device, setDevice] = useState('dev-2');
  const [payload, setPayload] = useState('{"gene_count": 12, "sample_quality": 0.98}');
  const [sent, setSent] = useState<Sent>();
  const submit = (event: Event): void => {
    event.preventDefault();
    void send(device, payload, setSent);
  };
  return (
    <Card title="Send a test record" class="send">
      <form onSubmit={submit}>
        <label for="send-device">Device</label>
        <input
          id="send-device"
          required
          maxLength={128}
          autocomplete="off"
          spellcheck={false}
          value={device}
          onInput={({ currentTarget }) => setDevice(currentTarget.value)}
        />
        <label for="send-payload">Payload, a JSON object</label>
        <textarea
          id="send-payload"
          rows={3}
          required
          spellcheck={false}
          value={payload}
          onInput={({ currentTarget }) => setPayload(currentTarget.value)}
        />
        <button class="primary">Send</button>
      </form>
      <Outcome sent={sent} device={device} />
    </Card>
  );
}

function Outcome({ sent, device }: { sent: Sent | undefined; device: string }): JSX.Element {
  return (
    <p id="sent" role="status" data-tone={sent?.tone}>
      {sent?.text}{' '}
      {sent?.recordId !== undefined && (
        <a href={linkTo(['records'], { device_id: device, record_id: sent.recordId })}>Show it</a>
      )}
    </p>
  );
}

/** The payload is sent as written: the gateway reports its errors. */
async function send(device: string, payload: string, show: (sent: Sent) => void): Promise<void> {
  show({ text: 'Sending…', tone: 'unknown' });
  const timestamp = JSON.stringify(new Date().toISOString());
  const body = `{"device_id": ${JSON.stringify(device)}, "timestamp": ${timestamp}, "data_payload": ${payload}}`;
  try {
    const response = await ask('ingest', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const { record_id: recordId } = (await response.json()) as { record_id: string };
    show({ text: `Accepted as ${recordId}, and durable in the event log.`, tone: 'good', recordId });
    await follow(device, recordId, show);
  } catch (error) {
    show({ text: `Not accepted: ${(error as Error).message}`, tone: 'bad' });
  }
}

/** A token that may send may lack the right to read: then the acceptance is the last result. */
async function follow(device: string, recordId: string, show: (sent: Sent) => void): Promise<void> {
  const path = `records/${encodeURIComponent(device)}/${encodeURIComponent(recordId)}`;
  for (let look = 0; look < LOOKS; look++) {
    const found = await getJson<{ state: string; reason: string | null }>(path).catch(() => undefined);
    if (found === undefined) return;
    if (found.state === 'stored') return show({ text: `Accepted as ${recordId}, and stored.`, tone: 'good', recordId });
    if (found.state === 'dead_lettered') {
      return show({ text: `Accepted as ${recordId}, and dead-lettered: ${found.reason}.`, tone: 'warn', recordId });
    }
    await pause(LOOK_EVERY_MS);
  }
}
