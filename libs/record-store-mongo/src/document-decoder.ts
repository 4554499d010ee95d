import mongoose from 'mongoose';
import type { JsonObject, JsonValue } from '@sluice/contracts';

const { onDemand } = mongoose.mongo.BSON;
const { BSON, BSONType } = mongoose.mongo;

/**
 * Reads a BSON document of strings, numbers, booleans, nulls, dates, objects and arrays: all types that a record has. The
 * driver's own decoder turns `{ $ref: 'a.b', $id: 1 }` into a DBRef that no longer shows what was written; here an object stays
 * an object. A whole number that a double could change is a bigint.
 *
 * @throws TypeError for a value of another type, which another program must have written
 */
export function decodeDocument<T extends object>(bytes: Uint8Array): T {
  return readObject(asBuffer(bytes), 0) as unknown as T;
}

function wholeNumber(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** @throws TypeError for a decimal that is not a whole number: Sluice writes none */
function decimalInteger(bytes: Uint8Array): number | bigint {
  const text = new BSON.Decimal128(bytes).toString();
  if (/^-?[0-9]+$/.test(text)) return wholeNumber(BigInt(text));
  throw new TypeError('A record in MongoDB has a decimal that is no whole number, which Sluice does not write.');
}

type Decoded = JsonValue | Date;

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function readObject(bytes: Buffer, start: number): JsonObject {
  const object: Record<string, Decoded> = {};
  for (const [type, nameAt, nameLength, at, length] of onDemand.parseToElements(bytes, start)) {
    object[bytes.toString('utf8', nameAt, nameAt + nameLength)] = readValue(bytes, type, at, length);
  }
  return object as JsonObject;
}

function readArray(bytes: Buffer, start: number): JsonValue[] {
  const items: Decoded[] = [];
  for (const [type, , , at, length] of onDemand.parseToElements(bytes, start)) {
    items.push(readValue(bytes, type, at, length));
  }
  return items as JsonValue[];
}

function readValue(bytes: Buffer, type: number, at: number, length: number): Decoded {
  switch (type) {
    case BSONType.string:
      return bytes.toString('utf8', at + 4, at + length - 1);
    case BSONType.int:
      return bytes.readInt32LE(at);
    case BSONType.double:
      return bytes.readDoubleLE(at);
    case BSONType.long:
      return wholeNumber(bytes.readBigInt64LE(at));
    case BSONType.decimal:
      return decimalInteger(bytes.subarray(at, at + length));
    case BSONType.bool:
      return bytes[at] === 1;
    case BSONType.null:
      return null;
    case BSONType.date:
      return new Date(Number(bytes.readBigInt64LE(at)));
    case BSONType.object:
      return readObject(bytes, at);
    case BSONType.array:
      return readArray(bytes, at);
    default:
      throw new TypeError(`A record in MongoDB has a value of BSON type ${type}, which Sluice does not write.`);
  }
}
