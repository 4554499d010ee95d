import mongoose from 'mongoose';
import { pointerStep, type JsonObject, type JsonValue } from '@sluice/contracts';
import { bsonNumber, type RecordDocument } from './record-document.js';

const { BSON } = mongoose.mongo;

/** MongoDB accepts documents of 16 MiB; the margin is for additions of the server. */
const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024 - 16 * 1024;

/** `encoding` has the same members as the document, in a form that the driver writes unchanged. */
export type LoneEncoding = { ok: true; encoding: RecordDocument } | { ok: false; detail: string };

/**
 * Whether the driver failed before it sent anything: one of the documents cannot be encoded or is too large. The driver does not
 * report which one.
 */
export function isEncodingError(error: unknown): boolean {
  return BSON.BSONError.isBSONError(error) || error instanceof mongoose.mongo.MongoInvalidArgumentError;
}

/** Encodes one document alone, so that an invalid one does not hold up the others. */
export function encodeAlone(document: RecordDocument): LoneEncoding {
  const encoding = { ...document, data_payload: withMaps(document.data_payload) as JsonObject };
  try {
    if (BSON.serialize(encoding).length <= MAX_DOCUMENT_BYTES) return { ok: true, encoding };
    return { ok: false, detail: `MongoDB takes documents of ${MAX_DOCUMENT_BYTES} bytes at most` };
  } catch (error) {
    return { ok: false, detail: refusalOf(document, error as Error) };
  }
}

/**
 * The driver takes an object with a key `_bsontype` as a BSON type, and throws; it writes every key of a Map unchanged.
 * For the server both are the same object.
 */
function withMaps(value: JsonValue): unknown {
  if (typeof value === 'bigint') return bsonNumber(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withMaps);
  const members = Object.entries(value).map(([key, item]) => [key, withMaps(item)] as const);
  return Object.hasOwn(value, '_bsontype') ? new Map(members) : Object.fromEntries(members);
}

function refusalOf({ data_payload }: RecordDocument, error: Error): string {
  const pointer = keyWithNul(data_payload);
  if (pointer === undefined) return `BSON cannot hold the record: ${error.name}`;
  return `/data_payload${JSON.stringify(pointer).slice(1, -1)}: a key in BSON cannot have a NUL`;
}

/** JSON Pointer to the first key with a NUL. */
function keyWithNul(value: JsonValue): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, item] of Object.entries(value)) {
    const below = key.includes('\0') ? '' : keyWithNul(item);
    if (below !== undefined) return pointerStep(key) + below;
  }
  return undefined;
}
