import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { eventsUntil } from './forwarded-events.js';

const GOODBYE = 'event: end\ndata: {"reason":"token-revoked"}\n\n';

/** Gives these chunks, of which the last comes after the access has ended. */
async function passedOn(...chunks: readonly string[]): Promise<string> {
  const [body, end] = [new PassThrough(), new AbortController()];
  const events = eventsUntil(body, end.signal);
  let text = '';
  for (const chunk of chunks.slice(0, -1)) {
    body.write(chunk);
    text += String((await events.next()).value);
  }
  end.abort('token-revoked');
  if (!body.destroyed) body.write(chunks.at(-1)!);
  for await (const part of events) text += String(part);
  return text;
}

describe('The events of a stream whose reader may no longer read', () => {
  it.each<[string, string[], string]>([
    ['end between two events', ['data: 1\n\n', 'data: 2\n\n'], 'data: 1\n\n'],
    ['end before the first event', ['data: 1\n\n'], ''],
    ['complete the event that has begun', ['data: 1\n\nda', 'ta: 2\n\ndata: 3\n\n'], 'data: 1\n\ndata: 2\n\n'],
    ['complete an event whose end is cut in two', ['data: 1\n', '\ndata: 2\n\n'], 'data: 1\n\n'],
    ['complete an event whose last line is cut', ['data: 1', '\n\ndata: 2\n\n'], 'data: 1\n\n'],
    ['know an end that came in two parts', ['data: 1\n', '\n', 'data: 2\n\n'], 'data: 1\n\n'],
  ])('The events of a stream whose reader may no longer read %s, and give the reason', async (_, chunks, expected) => {
    expect(await passedOn(...chunks)).toBe(expected + GOODBYE);
  });
});
