import type { JsonObject, JsonValue } from '@sluice/contracts';
import { MappedSource } from './mapping.js';
import { readPointer } from './pointer.js';
import type { MappingResult, Source, SourceRequest } from './source.js';

const places = (...texts: string[]) => texts.map((text) => readPointer(text)!);

const EVENT = {
  match: [],
  deviceId: places('/subject', '/source'),
  timestamp: places('/time'),
  recordId: places('/id'),
  payload: places('/data'),
  defaults: {},
  prefix: '',
};

/** CloudEvents 1.0 over HTTP: one event in the body, many in an array, or one in the headers with its data as the body. */
export class CloudEventsSource implements Source {
  readonly hasHandshake = true;
  readonly isClockless = false;
  readonly #event: MappedSource;

  constructor(readonly name: string) {
    this.#event = new MappedSource(name, EVENT);
  }

  matches(): boolean {
    return true;
  }

  read(request: SourceRequest): MappingResult[] {
    const { body, headers } = request;
    const events = headers['ce-specversion'] === undefined ? [body].flat() : [eventOf(headers, body)];
    return events.flatMap((event) => this.#event.read({ ...request, body: event }));
  }
}

/** Binary mode: attributes are headers, percent-encoded. */
function eventOf(headers: SourceRequest['headers'], data: JsonValue): JsonObject {
  const event: JsonObject = { data };
  for (const name of ['id', 'source', 'subject', 'time']) {
    const value = headers[`ce-${name}`];
    if (value !== undefined) event[name] = decoded(value);
  }
  return event;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
