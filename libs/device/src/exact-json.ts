import { DeviceError } from './device-error.js';

/** Deepest nesting that a gateway takes; the payload itself is level 1. */
const MAX_DEPTH = 32;

/** From here on, a double is written with an exponent: a gateway takes whole numbers in digits for exact ones. */
const FIRST_LARGE_NUMBER = 2 ** 53;

/**
 * The JSON text of a payload, or an error that names the place: `JSON.stringify` would turn NaN and Infinity into null,
 * -0 into 0, and an item that is undefined into null, each silently. A bigint is written in digits: from -2^63 to 2^64 - 1. Members that are undefined are left out, as everywhere.
 *
 * @throws DeviceError `invalid-payload`
 */
export function exactJson(payload: unknown): string {
  const value = toPlain(payload, '');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refused('', 'must be an object');
  return write(value, '', []);
}

function write(given: unknown, path: string, open: unknown[]): string {
  const value = toPlain(given, path);
  if (typeof value === 'number') return writeNumber(value, path);
  if (typeof value === 'bigint') return writeInteger(value, path);
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return JSON.stringify(value);
  if (typeof value !== 'object') throw refused(path, `is a ${typeof value}, which JSON does not have`);
  if (open.includes(value)) throw refused(path, 'contains itself');
  if (open.length === MAX_DEPTH) throw refused(path, `is nested more than ${MAX_DEPTH} levels deep`);
  return writeContainer(value, path, [...open, value]);
}

function writeContainer(value: object, path: string, open: unknown[]): string {
  if (Array.isArray(value)) return `[${Array.from(value, (item, at) => write(item, `${path}/${at}`, open)).join()}]`;
  const members = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => `${JSON.stringify(key)}:${write(item, `${path}/${key}`, open)}`);
  return `{${members.join()}}`;
}

function writeNumber(value: number, path: string): string {
  if (!Number.isFinite(value)) throw refused(path, `is ${value}, which JSON does not have`);
  if (Math.abs(value) >= FIRST_LARGE_NUMBER) return value.toExponential();
  return Object.is(value, -0) ? '-0' : String(value);
}

function writeInteger(value: bigint, path: string): string {
  if (value >= -(2n ** 63n) && value < 2n ** 64n) return String(value);
  throw refused(path, 'is a bigint that is not from -2^63 to 2^64 - 1');
}

/** Dates and the like say themselves what they are in JSON. */
function toPlain(value: unknown, path: string): unknown {
  const source = value as { toJSON?: unknown } | null | undefined;
  if (typeof source?.toJSON !== 'function') return value;
  try {
    return source.toJSON() as unknown;
  } catch (cause) {
    throw refused(path, 'has a toJSON that throws', cause);
  }
}

function refused(path: string, what: string, cause?: unknown): DeviceError {
  const message = `payload${path} ${what}. Leave it out, or send a value that JSON can represent.`;
  return new DeviceError('invalid-payload', message, { cause });
}
