import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ask, withParameters } from '../base/client.js';
import { bytes, count } from '../base/format.js';
import type { Window } from './series-chart.jsx';
import { Card } from './ui.jsx';

type Format = 'ndjson' | 'csv';

interface ExportProps {
  device: string;
  paths: readonly string[];
  window: Window;
}

/** More columns than this do not make a readable table; NDJSON has all values. */
const MAX_COLUMNS = 50;

/** Saves the records of the range that the page shows. */
export function ExportForm({ device, paths, window }: ExportProps): JSX.Element {
  const [text, setText] = useState('');
  const save = (format: Format): void => {
    const columns = format === 'csv' ? paths.slice(0, MAX_COLUMNS).join(',') : undefined;
    const path = withParameters('export', { device_id: device, ...window, format, columns });
    download(path, `${device.replace(/[^\w.-]+/g, '_')}.${format}`, format, setText).catch((error: Error) =>
      setText(`Not exported: ${error.message}`),
    );
  };
  return (
    <Card title="Export" note="The records of the range above, to a file.">
      <div class="row">
        <button type="button" onClick={() => save('ndjson')}>
          NDJSON
        </button>
        <button type="button" onClick={() => save('csv')}>
          CSV
        </button>
      </div>
      <p id="export-state" role="status">
        {text}
      </p>
    </Card>
  );
}

/** A link cannot send a token, so the answer is read here and then saved. Fails if the connection is cut. */
async function download(path: string, name: string, format: Format, say: (text: string) => void): Promise<void> {
  say('Exporting…');
  const response = await ask(path);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const reader = response.body!.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    size += value.length;
    say(`Exporting… ${bytes(size)}`);
  }
  const file = new Blob(parts, { type: response.headers.get('content-type') ?? '' });
  if (format === 'ndjson') say(await endOf(file));
  else say(`Saved ${bytes(size)}.`);
  saveAs(file, name);
}

/** The last line says whether the file is complete. */
async function endOf(file: Blob): Promise<string> {
  const tail = await file.slice(Math.max(0, file.size - 200)).text();
  const line = tail.trimEnd().split('\n').at(-1) ?? '';
  const records = /^\{"sluice_end":\{"complete":true,"records":(\d+)\}\}$/.exec(line)?.[1];
  if (records === undefined) throw new Error('The answer ends early. Export again, or a shorter range.');
  return `Saved ${count(Number(records))} records, all of the range.`;
}

function saveAs(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
