import type { JsonObject, JsonValue } from '@sluice/contracts';
import { type Pointer, valueAt } from './pointer.js';
import type { MappedRecord, MappingResult, MissingPlace, Source, SourceRequest } from './source.js';

/** One condition of `match`: a value at a place of the body, of the query or of the headers. */
export interface Condition {
  /** A pointer into the body; or a name in the query or in the headers. */
  place: Pointer | { part: 'query' | 'header'; name: string };
  /** Left out: anything but null. */
  value?: JsonValue;
}

/** A payload: at one place, or put together of several. */
export type PayloadPlace = Pointer | { members: readonly (readonly [name: string, place: Pointer])[] };

/** Each field at the first of its places that has something. Nothing is computed. */
export interface Mapping {
  match: readonly Condition[];
  each?: Pointer | undefined;
  deviceId: readonly Pointer[];
  timestamp: readonly Pointer[];
  recordId: readonly Pointer[];
  payload: readonly PayloadPlace[];
  /** Members of a payload that are missing there. */
  defaults: JsonObject;
  /** Before each device_id. */
  prefix: string;
}

/** What the pointers of one record point into. */
interface Scope {
  item: JsonValue;
  body: JsonValue;
}

export class MappedSource implements Source {
  constructor(
    readonly name: string,
    private readonly mapping: Mapping,
    readonly hasHandshake = false,
  ) {}

  get isClockless(): boolean {
    return this.mapping.timestamp.length === 0;
  }

  matches(request: SourceRequest, ignoresTransport = false): boolean {
    return this.mapping.match.every((condition) => isMet(condition, request, ignoresTransport));
  }

  read({ body }: SourceRequest): MappingResult[] {
    const { each } = this.mapping;
    if (each === undefined) return [this.recordOf({ item: body, body })];
    const items = valueAt(body, each);
    if (!Array.isArray(items)) return [missing([each], 'each')];
    return items.map((item) => this.recordOf({ item, body }));
  }

  private recordOf(scope: Scope): MappingResult {
    const { deviceId, timestamp, recordId, prefix } = this.mapping;
    const device = first(scope, deviceId);
    if (device === undefined) return missing(deviceId, 'device_id');
    const payload = this.payloadOf(scope);
    if (payload === undefined) return missing(this.mapping.payload.filter(isPointer), 'payload');
    const record: MappedRecord = { device_id: idText(device, prefix), data_payload: payload };
    const [time, id] = [first(scope, timestamp), first(scope, recordId)];
    if (time !== undefined) record.timestamp = time;
    if (id !== undefined) record.record_id = idText(id, '');
    return record;
  }

  private payloadOf(scope: Scope): JsonValue | undefined {
    const { payload, defaults } = this.mapping;
    const hasDefaults = Object.keys(defaults).length > 0;
    for (const place of payload) {
      const found = isPointer(place) ? first(scope, [place]) : membersOf(scope, place.members);
      if (found === undefined) continue;
      return isObject(found) && hasDefaults ? { ...defaults, ...found } : found;
    }
    return hasDefaults ? { ...defaults } : undefined;
  }
}

function isMet({ place, value }: Condition, request: SourceRequest, ignoresTransport: boolean): boolean {
  if ('steps' in place) return isValue(valueAt(request.body, place), value);
  if (ignoresTransport) return true;
  const { part, name } = place;
  return isValue(part === 'query' ? request.query[name] : request.headers[name.toLowerCase()], value);
}

/** Of a query and of headers, all values are texts. */
function isValue(found: JsonValue | undefined, wanted: JsonValue | undefined): boolean {
  if (found === undefined || found === null) return wanted === null && found === null;
  return wanted === undefined || found === wanted || (typeof found === 'string' && found === String(wanted));
}

/** The value at the first of the places that has one; null is none. */
function first({ item, body }: Scope, places: readonly Pointer[]): JsonValue | undefined {
  for (const place of places) {
    const found = valueAt(place.isOfBody ? body : item, place);
    if (found !== undefined && found !== null) return found;
  }
  return undefined;
}

/** `undefined` if none of the places has a value. */
function membersOf(scope: Scope, members: readonly (readonly [string, Pointer])[]): JsonObject | undefined {
  const found = members.flatMap(([name, place]) => {
    const value = first(scope, [place]);
    return value === undefined ? [] : [[name, value] as const];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

/** Senders have numbers for ids, too. */
function idText(value: JsonValue, prefix: string): JsonValue {
  const isNumber = typeof value === 'number' || typeof value === 'bigint';
  return typeof value === 'string' || isNumber ? `${prefix}${value}` : value;
}

function missing(places: readonly Pointer[], field: string): MissingPlace {
  return { pointer: places[0]?.text ?? '', field };
}

function isPointer(place: PayloadPlace): place is Pointer {
  return 'steps' in place;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
