import type { JsonObject, JsonValue } from '@sluice/contracts';
import type { MappingResult, Source, SourceRequest } from './source.js';

/** RFC 8428, 4.5.3: smaller times are relative to now. */
const FIRST_ABSOLUTE_TIME = 2 ** 28;
const VALUES = ['v', 'vs', 'vb', 'vd', 's'] as const;
/** What names put between the device and what it measures. */
const SEPARATOR_AT_END = /[:/._-]$/;

/** The base values that are in force; RFC 8428, 4.1. */
interface Base {
  bn: string;
  bt: number;
  bu?: JsonValue;
  bv: number;
  bs: number;
}

/** A device at one time, with what it measured by name. */
interface Measured {
  deviceId: string;
  time: number;
  payload: Map<string, JsonObject>;
}

/**
 * SenML (RFC 8428): base values are resolved. The base name, without its last separator, is the device; its measurements of one time
 * are one record `{ <name>: { v, u, ... } }`. Without a base name, the name is the device.
 */
export class SenmlSource implements Source {
  readonly hasHandshake = false;
  readonly isClockless = true;

  constructor(readonly name: string) {}

  matches(): boolean {
    return true;
  }

  read({ body, atMs }: SourceRequest): MappingResult[] {
    if (!Array.isArray(body)) return [{ pointer: '/0', field: 'each' }];
    const base: Base = { bn: '', bt: 0, bv: 0, bs: 0 };
    const measured = new Map<string, Measured>();
    for (const [index, entry] of body.entries()) {
      const fault = readEntry(entry as JsonObject, index, base, measured);
      if (fault !== undefined) return [fault];
    }
    return [...measured.values()].map((record) => toRecord(record, atMs));
  }
}

function readEntry(entry: JsonObject, index: number, base: Base, measured: Map<string, Measured>) {
  if (typeof entry !== 'object' || entry === null) return { pointer: `/${index}/n`, field: 'device_id' };
  takeBase(entry, base);
  const name = textOf(entry['n']);
  if (base.bn === '' && name === '') return { pointer: `/${index}/n`, field: 'device_id' };
  const values = valuesOf(entry, base);
  if (values === undefined) {
    // An entry of base values only is a header.
    return Object.keys(entry).some((key) => key.startsWith('b'))
      ? undefined
      : { pointer: `/${index}/v`, field: 'payload' };
  }
  const deviceId = base.bn === '' ? name : base.bn.replace(SEPARATOR_AT_END, '');
  const time = base.bt + numberOf(entry['t']);
  const key = `${time} ${deviceId}`;
  const record = measured.get(key) ?? { deviceId, time, payload: new Map<string, JsonObject>() };
  const member = name === '' || base.bn === '' ? 'value' : name;
  // A name that occurs twice at one time is another record.
  const isTwice = record.payload.has(member);
  measured.set(
    isTwice ? `${key} ${index}` : key,
    isTwice ? { deviceId, time, payload: new Map([[member, values]]) } : record,
  );
  if (!isTwice) record.payload.set(member, values);
  return undefined;
}

function takeBase(entry: JsonObject, base: Base): void {
  if (typeof entry['bn'] === 'string') base.bn = entry['bn'];
  if (typeof entry['bt'] === 'number') base.bt = entry['bt'];
  if (typeof entry['bv'] === 'number') base.bv = entry['bv'];
  if (typeof entry['bs'] === 'number') base.bs = entry['bs'];
  if (entry['bu'] !== undefined) base.bu = entry['bu'];
}

/** The members of a measurement, with its base values; `undefined` if it has no value. */
function valuesOf(entry: JsonObject, { bu, bv, bs }: Base): JsonObject | undefined {
  const values: JsonObject = {};
  for (const name of VALUES) if (entry[name] !== undefined) values[name] = entry[name];
  if (Object.keys(values).length === 0) return undefined;
  if (typeof values['v'] === 'number') values['v'] += bv;
  if (typeof values['s'] === 'number') values['s'] += bs;
  const unit = entry['u'] ?? bu;
  return unit === undefined ? values : { ...values, u: unit };
}

function toRecord({ deviceId, time, payload }: Measured, atMs: number): MappingResult {
  const record = { device_id: deviceId, data_payload: Object.fromEntries(payload) };
  if (time >= FIRST_ABSOLUTE_TIME) return { ...record, timestamp: decimalText(time) };
  return time === 0 ? record : { ...record, timestamp: new Date(atMs + time * 1000).toISOString() };
}

/** Seconds to the microsecond, the resolution of a double for present times. */
function decimalText(seconds: number): string {
  return String(Number(seconds.toFixed(6)));
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function numberOf(value: JsonValue | undefined): number {
  return typeof value === 'number' ? value : 0;
}
