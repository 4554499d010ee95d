import { ask } from './client.js';
import { parseExact } from './exact-json.js';

/** Longest silence before a stream is taken for dead. */
const MAX_SILENCE_MS = 20_000;

export interface StreamEvent {
  /** `message` if the service sends none. */
  name: string;
  id: string | undefined;
  data: unknown;
}

/**
 * Reads server-sent events with fetch, which, unlike an EventSource, can send a token. Resolves at the end of the stream.
 *
 * @throws RefusedError if the answer is not a stream; any other error if the connection is cut
 */
export async function followEvents(
  path: string,
  signal: AbortSignal,
  onEvent: (event: StreamEvent) => void,
): Promise<void> {
  const silent = new AbortController();
  const response = await ask(path, { signal: AbortSignal.any([signal, silent.signal]) });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const silence = setTimeout(() => silent.abort(new Error('Nothing came for 20 seconds.')), MAX_SILENCE_MS);
    const { done, value } = await reader.read().finally(() => clearTimeout(silence));
    if (done) return;
    const blocks = (text + value).split('\n\n');
    text = blocks.pop()!;
    for (const event of blocks.map(eventOf)) if (event !== undefined) onEvent(event);
  }
}

/** A block without data is a keep-alive with the position. */
function eventOf(block: string): StreamEvent | undefined {
  const member = (name: string): string | undefined =>
    block
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2);
  const data = member('data');
  if (data === undefined) return undefined;
  return { name: member('event') ?? 'message', id: member('id'), data: parseExact(data) };
}
