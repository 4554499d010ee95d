import { changeEventValue, DEAD_LETTER_HEADERS, EVENT_HEADERS, REDRIVE_HEADERS } from '@sluice/contracts';
import { applyEdits, type Edit } from './json-patch.js';
import type { DeadLetter } from './letter.js';

/** What a letter becomes when it is published again, before its key is known: value and headers of the event. */
export interface RedrivenEvent {
  value: Buffer | null;
  headers: Readonly<Record<string, string>>;
}

const OF_THE_LETTER: ReadonlySet<string> = new Set(Object.values(DEAD_LETTER_HEADERS));

/**
 * The event of a letter. Without edits its bytes are the original ones; an edited event has the current schema version.
 *
 * @returns the event, or why the edits do not fit
 */
export function eventOf(
  letter: DeadLetter,
  edits: readonly Edit[],
  redriveId: string,
): RedrivenEvent | { fault: string } {
  const headers = { ...headersOf(letter, redriveId), ...(edits.length > 0 && EVENT_HEADERS) };
  if (edits.length === 0) return { value: letter.record.value, headers };
  const edited = editValue(letter.record.value, edits);
  return 'fault' in edited ? edited : { ...edited, headers };
}

function headersOf({ record, partition, offset, redriveCount }: DeadLetter, redriveId: string): Record<string, string> {
  const kept = Object.entries(record.headers).filter(([name]) => !OF_THE_LETTER.has(name));
  return {
    ...Object.fromEntries(kept),
    [REDRIVE_HEADERS.id]: redriveId,
    [REDRIVE_HEADERS.count]: String(redriveCount + 1),
    [REDRIVE_HEADERS.origin]: `${record.topic}/${partition}/${offset}`,
  };
}

/** Edits that replace the whole event need no value that can be read. */
function editValue(value: Buffer | null, edits: readonly Edit[]): { value: Buffer } | { fault: string } {
  let fault = 'the original is not JSON, so the first edit must replace all of it (path "")';
  const edited = changeEventValue(value, (fields) => {
    if (fields === undefined && edits[0]?.path !== '') return undefined;
    const result = applyEdits(fields ?? null, edits);
    if ('value' in result) return result.value;
    ({ fault } = result);
    return undefined;
  });
  return edited === undefined ? { fault } : { value: edited };
}
