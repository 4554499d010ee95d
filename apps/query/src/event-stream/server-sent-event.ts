export const EVENT_STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // Proxies like nginx buffer a stream unless this header forbids it.
  'x-accel-buffering': 'no',
};

/** One event of a `text/event-stream` (HTML standard, section "Server-sent events"). No member has a line end in it. */
export interface ServerSentEvent {
  /** The event type, for the client's listeners; `message` if it is left out. */
  event?: string;
  /** The value that a client sends as `Last-Event-ID` when it reconnects. */
  id?: string;
  /** JSON text. */
  data: string;
}

export function eventText({ event, id, data }: ServerSentEvent): string {
  const idLine = id === undefined ? '' : `id: ${id}\n`;
  const eventLine = event === undefined ? '' : `event: ${event}\n`;
  return `${idLine}${eventLine}data: ${data}\n\n`;
}

/**
 * Sends the client its position. It triggers no listener, and shows that the stream is alive.
 *
 * @param retryMs delay before the client reconnects, once the stream has ended or is cut
 */
export function placeText(id: string, retryMs?: number): string {
  const retryLine = retryMs === undefined ? '' : `retry: ${retryMs}\n`;
  return `${retryLine}id: ${id}\n\n`;
}
