import mongoose from 'mongoose';
import type { JsonObject, JsonValue } from '@sluice/contracts';

const { onDemand } = mongoose.mongo.BSON;
const { BSONType } = mongoose.mongo;

/**
 * Reads a BSON document of strings, numbers, booleans, nulls, dates, objects and arrays: all that a record has.
 * The driver's own decoder turns `{ $ref: 'a.b', $id: 1 }` into a DBRef that no longer says what was written;
 * here an object stays an object. Whole numbers beyond 2^53 are not written by us and lose their last digits.
 *
 * @throws TypeError if there is a value of another type, which someone else must have written
 */
export function decodeDocument<T extends object>(bytes: Uint8Array): T {
  return readObject(asBuffer(bytes), 0) as unknown as T;
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
      return Number(bytes.readBigInt64LE(at));
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
