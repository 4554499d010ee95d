/** Longest silence before a stream is taken for dead. */
const MAX_SILENCE_MS = 20_000;

/** The server refuses: its status, and its problem if it gave one. */
export class RefusedError extends Error {
  constructor(status, problem) {
    super(problem?.detail ?? `The address answers ${status}.`);
    this.status = status;
  }
}

/**
 * Reads server-sent events with fetch, which, other than an EventSource, can send a token.
 *
 * @param {string} url
 * @param {Record<string, string>} headers
 * @param {(data: unknown) => void} heard is given the data of each event, read as JSON
 * @returns {Promise<void>} resolves at the end of the stream
 * @throws {RefusedError} if the answer is no stream; anything else if the line is cut
 */
export async function followEvents(url, headers, heard) {
  const leave = new AbortController();
  const response = await fetch(url, { headers, signal: leave.signal, cache: 'no-store' });
  if (!response.ok) throw new RefusedError(response.status, await response.json().catch(() => undefined));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const silence = setTimeout(() => leave.abort(), MAX_SILENCE_MS);
    const { done, value } = await reader.read().finally(() => clearTimeout(silence));
    if (done) return;
    const blocks = (text + value).split('\n\n');
    text = blocks.pop();
    for (const data of blocks.flatMap(dataOf)) heard(JSON.parse(data));
  }
}

/** The event `end` comes before the end itself: following again tells what to do. */
function dataOf(block) {
  const lines = block.split('\n');
  if (lines.includes('event: end')) return [];
  return lines.filter((line) => line.startsWith('data: ')).map((line) => line.slice('data: '.length));
}
