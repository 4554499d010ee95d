import { DEAD_LETTERS_TOPIC, EVENTS_TOPIC } from './topics.js';
import asyncApi from '../asyncapi/asyncapi.json' with { type: 'json' };

const CONTRACT_NAMES = { events: EVENTS_TOPIC, deadLetters: DEAD_LETTERS_TOPIC };

/**
 * `asyncapi.yaml` and the schemas beside it in one document, with the names that the topics have in one installation. An entry of its
 * own: only who serves it reads the file.
 */
export function asyncApiFor({ events, deadLetters } = CONTRACT_NAMES): object {
  const names: Readonly<Record<string, string>> = { [EVENTS_TOPIC]: events, [DEAD_LETTERS_TOPIC]: deadLetters };
  const text = JSON.stringify(asyncApi).replace(/ingest\.(?:events|dead-letters)\b/g, (name) => names[name]!);
  return JSON.parse(text) as object;
}
