import { type JsonObject, type JsonValue, parseJson } from '@sluice/contracts';
import { CloudEventsSource } from './cloudevents.js';
import { type Condition, MappedSource, type Mapping, type PayloadPlace } from './mapping.js';
import { type Pointer, readPointer } from './pointer.js';
import { SenmlSource } from './senml.js';
import { type Source, SourcesError } from './source.js';

/** The sources by their names. */
export type Sources = ReadonlyMap<string, Source>;

const NAME = /^[A-Za-z0-9._-]{1,64}$/;
const KEYS = ['match', 'device_id', 'timestamp', 'record_id', 'payload', 'each', 'defaults', 'prefix'];

/** Webhooks of LoRaWAN servers, by the field tables that their makers publish. */
const MAPPED_PRESETS: Readonly<Record<string, JsonObject>> = {
  'the-things-stack': {
    match: { '/uplink_message': true },
    device_id: '/end_device_ids/device_id',
    timestamp: ['/uplink_message/received_at', '/received_at'],
    payload: [
      '/uplink_message/decoded_payload',
      { f_port: '/uplink_message/f_port', frm_payload: '/uplink_message/frm_payload' },
    ],
  },
  chirpstack: {
    match: { 'query.event': 'up' },
    device_id: '/deviceInfo/devEui',
    timestamp: '/time',
    record_id: '/deduplicationId',
    payload: ['/object', { fPort: '/fPort', data: '/data' }],
  },
};

const OTHER_PRESETS: Readonly<Record<string, (name: string) => Source>> = {
  cloudevents: (name) => new CloudEventsSource(name),
  senml: (name) => new SenmlSource(name),
};

export const PRESETS = [...Object.keys(MAPPED_PRESETS), ...Object.keys(OTHER_PRESETS)];

/**
 * @param text `{"<name>": {"preset": "..."} or a mapping}`
 * @param origin what holds the text, for messages
 * @throws SourcesError that names the source, the key and the fix
 */
export function parseSources(text: string, origin: string): Sources {
  const parsed = parseJson(text);
  if (!parsed.ok) throw new SourcesError(`${origin} is ${parsed.detail}.`);
  if (parsed.duplicateKeys.length > 0) throw new SourcesError(`${origin}: ${parsed.duplicateKeys[0]} is there twice.`);
  if (!isObject(parsed.value)) throw new SourcesError(`${origin} must be a JSON object of sources by name.`);
  const sources = Object.entries(parsed.value).map(([name, value]) => [
    name,
    new SourceReader(origin, name).read(value),
  ]);
  return new Map(sources as [string, Source][]);
}

class SourceReader {
  constructor(
    private readonly origin: string,
    private readonly name: string,
  ) {}

  read(value: JsonValue): Source {
    if (!NAME.test(this.name)) throw this.fault('', 'its name must be 1 to 64 letters, digits and . _ -');
    if (!isObject(value)) throw this.fault('', 'it must be an object: {"preset": "..."} or a mapping');
    return 'preset' in value ? this.preset(value) : new MappedSource(this.name, this.mapping(value));
  }

  /** A preset may have its own prefix. */
  private preset({ preset, ...more }: JsonObject): Source {
    const name = String(preset);
    const mapping = Object.hasOwn(MAPPED_PRESETS, name) ? MAPPED_PRESETS[name] : undefined;
    if (mapping !== undefined) return this.mappedPreset(mapping, more);
    if (!Object.hasOwn(OTHER_PRESETS, name)) throw this.fault('preset', `it must be one of ${PRESETS.join(', ')}`);
    const [other] = Object.keys(more);
    if (other !== undefined) throw this.fault(other, 'this preset takes nothing besides preset');
    return OTHER_PRESETS[name]!(this.name);
  }

  private mappedPreset(preset: JsonObject, more: JsonObject): Source {
    const other = Object.keys(more).find((key) => key !== 'prefix' && key !== 'defaults');
    if (other !== undefined) throw this.fault(other, 'a preset takes prefix and defaults only');
    const mapping = this.mapping({ ...preset, ...more });
    const match = mapping.match.map(({ place, value }) => (value === true ? { place } : { place, value: value! }));
    return new MappedSource(this.name, { ...mapping, match });
  }

  private mapping(value: JsonObject): Mapping {
    const unknown = Object.keys(value).find((key) => !KEYS.includes(key));
    if (unknown !== undefined) throw this.fault(unknown, `it is not known; a mapping has ${KEYS.join(', ')}`);
    const { match = {}, device_id, timestamp, record_id, payload = '', each, defaults = {}, prefix = '' } = value;
    if (device_id === undefined) throw this.fault('device_id', 'it is missing: say where the id of the device is');
    if (!isObject(defaults)) throw this.fault('defaults', 'it must be an object');
    if (typeof prefix !== 'string') throw this.fault('prefix', 'it must be a text');
    return {
      match: this.conditions(match),
      each: each === undefined ? undefined : this.pointer('each', each),
      deviceId: this.pointers('device_id', device_id),
      timestamp: timestamp === undefined ? [] : this.pointers('timestamp', timestamp),
      recordId: record_id === undefined ? [] : this.pointers('record_id', record_id),
      payload: [payload].flat().map((place) => this.payload(place)),
      ...{ defaults, prefix },
    };
  }

  private conditions(match: JsonValue): Condition[] {
    if (!isObject(match)) throw this.fault('match', 'it must be an object of places and values');
    return Object.entries(match).map(([key, value]) => ({ place: this.placeOf(key), value }));
  }

  private placeOf(key: string): Condition['place'] {
    const [, part, name] = /^(query|header)\.(.+)$/.exec(key) ?? [];
    if (part !== undefined) return { part: part as 'query' | 'header', name: name! };
    return this.pointer('match', key);
  }

  private payload(place: JsonValue): PayloadPlace {
    if (!isObject(place)) return this.pointer('payload', place);
    return { members: Object.entries(place).map(([name, at]) => [name, this.pointer('payload', at)] as const) };
  }

  private pointers(key: string, value: JsonValue): Pointer[] {
    return [value].flat().map((place) => this.pointer(key, place));
  }

  private pointer(key: string, value: JsonValue): Pointer {
    const pointer = readPointer(value);
    if (pointer !== undefined) return pointer;
    throw this.fault(key, 'a place is a JSON Pointer like /deviceInfo/devEui, with ^ before it for the whole body');
  }

  private fault(key: string, what: string): SourcesError {
    const place = key === '' ? '' : `, ${key}`;
    return new SourcesError(`${this.origin}: source ${JSON.stringify(this.name)}${place}: ${what}.`);
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
