import type { Readable } from 'node:stream';
import { endReason } from '@sluice/http';

const EVENT_END = '\n\n';

/**
 * The events of a stream of the query service until `end` is aborted. Then the event that has begun is completed, and one more says
 * why there are no others, unless the process stops: a client would read the start of an event, with a goodbye behind it, as one.
 */
export async function* eventsUntil(body: Readable, end: AbortSignal): AsyncGenerator<Buffer | string> {
  let last = EVENT_END;
  const stop = (): void => void ((last === EVENT_END || isStopping(end)) && body.destroy());
  if (end.aborted) stop();
  end.addEventListener('abort', stop);
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      const part = end.aborted ? restOfEvent(last, chunk) : chunk;
      last = (last + part.toString('latin1', Math.max(0, part.length - 2))).slice(-2);
      yield part;
      if (end.aborted && last === EVENT_END) break;
    }
  } catch (error) {
    if (!end.aborted) throw error;
  }
  if (end.aborted && !isStopping(end) && last === EVENT_END) yield goodbye(endReason(end));
}

/** Up to the first end of an event in the chunk. @param last the two characters before it */
function restOfEvent(last: string, chunk: Buffer): Buffer {
  if (last.endsWith('\n') && chunk[0] === 0x0a) return chunk.subarray(0, 1);
  const at = chunk.indexOf(EVENT_END);
  return at === -1 ? chunk : chunk.subarray(0, at + EVENT_END.length);
}

function goodbye(reason: string): string {
  return `event: end\ndata: ${JSON.stringify({ reason })}${EVENT_END}`;
}

function isStopping(end: AbortSignal): boolean {
  return endReason(end) === 'stopping';
}

/** The parts until then, if it is not a stream of events: an abort ends it normally. */
export async function* untilAborted(body: Readable, end: AbortSignal): AsyncGenerator<Buffer> {
  end.addEventListener('abort', () => body.destroy());
  try {
    yield* body;
  } catch (error) {
    if (!end.aborted) throw error;
  }
}
