import { expect, it } from '@jest/globals';
import { maxRequestBytes, readProduceAnswer, writeProduceRequest } from './produce-request.js';

const HEAD = { clientId: 'gateway', correlationId: 41, timeoutMs: 5000 };
const entries = [{ key: Buffer.from('dev-2'), value: Buffer.from('{}'), headers: {}, timestampMs: 1 }];
const batches = [3, 7].map((partition) => ({ partition, entries }));

it('A request has a head, its topic, and each partition with the length of its batch', () => {
  const target = Buffer.alloc(maxRequestBytes(HEAD.clientId, 'events', batches), 0xaa);
  const request = writeProduceRequest(HEAD, 'events', batches, target);
  expect(request.readInt32BE(0)).toBe(request.length - 4);
  expect([request.readInt16BE(4), request.readInt16BE(6), request.readInt32BE(8)]).toEqual([0, 7, 41]);
  expect([request.readInt16BE(12), request.toString('utf8', 14, 21)]).toEqual([7, 'gateway']);
  const body = request.subarray(21);
  expect([body.readInt16BE(0), body.readInt16BE(2), body.readInt32BE(4)]).toEqual([-1, -1, 5000]);
  expect([body.readInt32BE(8), body.readInt16BE(12), body.toString('utf8', 14, 20)]).toEqual([1, 6, 'events']);
  expect(body.readInt32BE(20)).toBe(2);
  const length = body.readInt32BE(28);
  expect([body.readInt32BE(24), body.readInt32BE(32 + length)]).toEqual([3, 7]);
  expect(body.length).toBe(40 + 2 * length);
});

it('An answer has a result for each partition, and the time that the broker asks to wait', () => {
  const partition = (index: number, error: number, offset: bigint): Buffer => {
    const bytes = Buffer.alloc(30);
    bytes.writeInt32BE(index, 0);
    bytes.writeInt16BE(error, 4);
    bytes.writeBigInt64BE(offset, 6);
    return bytes;
  };
  const head = Buffer.from([0, 0, 0, 1, 0, 2, ...Buffer.from('ev'), 0, 0, 0, 2]);
  const answer = Buffer.concat([head, partition(3, 0, 41n), partition(7, 6, -1n), Buffer.from([0, 0, 0, 9])]);
  expect(readProduceAnswer(answer)).toEqual({
    results: [
      { partition: 3, errorCode: 0, baseOffset: 41 },
      { partition: 7, errorCode: 6, baseOffset: -1 },
    ],
    throttleMs: 9,
  });
});
