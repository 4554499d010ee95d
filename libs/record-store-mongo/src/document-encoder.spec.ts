import { describe, expect, it } from '@jest/globals';
import mongoose from 'mongoose';
import type { JsonObject } from '@sluice/contracts';
import { recordToStore } from '@sluice/record-store/testing';
import { decodeDocument } from './document-decoder.js';
import { encodeAlone, isEncodingError } from './document-encoder.js';
import { toDocument, type RecordDocument } from './record-document.js';

const { BSON } = mongoose.mongo;
const documentWith = (payload: JsonObject) => toDocument(recordToStore({ payload }), new Date(0));

function errorOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

describe('A document that is encoded alone', () => {
  it('The encoder refuses a NUL in a key, and the detail points at it', () => {
    const encoded = encodeAlone(documentWith({ a: [{ 'b/c': { 'd\0e': 1 } }] }));
    expect(encoded).toEqual({
      ok: false,
      detail: '/data_payload/a/0/b~1c/d\\u0000e: a key in BSON cannot have a NUL',
    });
  });

  it('The encoder refuses a document that is larger than the server accepts', () => {
    const detail = expect.stringMatching(/16760832 bytes at most/);
    expect(encodeAlone(documentWith({ text: 'x'.repeat(16_760_832) }))).toEqual({ ok: false, detail });
  });

  it('Keys that the driver would take for its own types are kept', () => {
    const payload = { _bsontype: 'ObjectId', list: [{ a: { _bsontype: 'x', z: 1, b: -0 } }] };
    const encoded = encodeAlone(documentWith(payload));
    const encoding = encoded.ok ? BSON.serialize(encoded.encoding) : Buffer.alloc(0);
    expect(decodeDocument<RecordDocument>(encoding).data_payload).toEqual(payload);
  });
});

describe('An error of the encoder', () => {
  it.each([
    ['a NUL in a key', { 'a\0b': 1 }],
    ['a foreign BSON type', { _bsontype: 'x' }],
  ])('An error of the encoder is distinguished from a failure of the server: %s', (_, payload) => {
    expect(isEncodingError(errorOf(() => BSON.serialize(documentWith(payload))))).toBe(true);
    expect(isEncodingError(new mongoose.mongo.MongoNetworkError('connection closed'))).toBe(false);
  });
});

describe('The decoder', () => {
  it('The decoder reads 64-bit whole numbers, which a server may have made of ours', () => {
    const bytes = BSON.serialize({ offset: BSON.Long.fromNumber(2 ** 40) });
    expect(decodeDocument(bytes)).toEqual({ offset: 2 ** 40 });
  });

  it('The decoder does not guess at values that Sluice does not write', () => {
    expect(() => decodeDocument(BSON.serialize({ a: new BSON.ObjectId() }))).toThrow(/BSON type 7/);
  });
});
