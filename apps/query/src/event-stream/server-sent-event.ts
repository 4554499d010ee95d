export const EVENT_STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // Proxies of the nginx kind hold back what streams unless they are told.
  'x-accel-buffering': 'no',
};

/** One event of a `text/event-stream` (HTML standard, section "Server-sent events"). No member has a line end in it. */
export interface ServerSentEvent {
  /** Which listeners hear it; those of `message` if it is left out. */
  event?: string;
  /** What a client sends as `Last-Event-ID` when it comes back. */
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
 * Tells the client where it stands. No listener hears of it, and on the line it shows that the stream is alive.
 *
 * @param retryMs how long to wait before coming back, once the stream has ended or is cut
 */
export function placeText(id: string, retryMs?: number): string {
  const retryLine = retryMs === undefined ? '' : `retry: ${retryMs}\n`;
  return `${retryLine}id: ${id}\n\n`;
}
