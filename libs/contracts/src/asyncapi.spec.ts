import { existsSync, readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { describe, expect, it } from '@jest/globals';
import { DEAD_LETTER_HEADERS, DEAD_LETTER_REASONS, REDRIVE_HEADERS } from './dead-letter.js';
import { EVENT_HEADERS } from './event-codec.js';
import { DEAD_LETTERS_TOPIC, EVENTS_TOPIC } from './topics.js';

const file = new URL('../asyncapi.yaml', import.meta.url);

interface HeadersSchema {
  required: string[];
  properties: Record<string, object>;
}
interface AsyncApi {
  asyncapi: string;
  channels: Record<string, { address: string }>;
  components: { messages: Record<'ingestEvent' | 'deadLetter', { headers: HeadersSchema }> };
}
const api = load(readFileSync(file, 'utf8')) as AsyncApi;
const { ingestEvent, deadLetter } = api.components.messages;

/** Every `$ref` at or below a value. */
function refsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => (key === '$ref' ? [item as string] : refsOf(item)));
}

/** What a reference points to, in this document or in a file beside it. */
function resolve(ref: string): unknown {
  const [path, pointer = ''] = ref.split('#');
  const target = new URL(path!, file);
  if (path !== '' && !existsSync(target)) return undefined;
  const document: unknown = path === '' ? api : JSON.parse(readFileSync(target, 'utf8'));
  const steps = pointer.split('/').slice(1);
  return steps.reduce((value, step) => (value as Record<string, unknown> | undefined)?.[step], document);
}

describe('asyncapi.yaml', () => {
  it('asyncapi.yaml is AsyncAPI 3', () => expect(api.asyncapi).toMatch(/^3\./));

  it('asyncapi.yaml names the topics', () => {
    const addresses = Object.values(api.channels).map(({ address }) => address);
    expect(addresses).toEqual([EVENTS_TOPIC, DEAD_LETTERS_TOPIC]);
  });

  it('asyncapi.yaml states the headers that every event carries', () => {
    expect(ingestEvent.headers.required).toEqual(Object.keys(EVENT_HEADERS));
    for (const [name, value] of Object.entries(EVENT_HEADERS)) {
      expect(ingestEvent.headers.properties[name]).toEqual({ const: value });
    }
  });

  it('asyncapi.yaml states the headers and the reasons of dead letters', () => {
    expect(deadLetter.headers.required).toEqual(Object.values(DEAD_LETTER_HEADERS));
    expect(Object.keys(deadLetter.headers.properties)).toEqual([
      ...Object.values(REDRIVE_HEADERS),
      ...Object.values(DEAD_LETTER_HEADERS),
    ]);
    expect(deadLetter.headers.properties[DEAD_LETTER_HEADERS.reason]).toMatchObject({ enum: [...DEAD_LETTER_REASONS] });
  });

  it('asyncapi.yaml has no reference to a missing part', () => {
    const refs = refsOf(api);
    expect(refs.length).toBeGreaterThan(5);
    for (const ref of refs) expect([ref, resolve(ref)]).toEqual([ref, expect.anything()]);
  });
});
