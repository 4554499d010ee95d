import { expect, it } from '@jest/globals';
import { produceCall } from './produce-request.js';

const entries = [{ key: Buffer.from('dev-2'), value: Buffer.from('{}'), headers: {}, timestampMs: 1 }];

it('a request names its topic, and each partition with the length of its batch', async () => {
  const { request } = produceCall(
    'events',
    [3, 7].map((partition) => ({ partition, entries })),
    5000,
  );
  const { buffer } = await request.encode();
  expect(buffer.readInt16BE(0)).toBe(-1);
  expect(buffer.readInt16BE(2)).toBe(-1);
  expect(buffer.readInt32BE(4)).toBe(5000);
  expect([buffer.readInt32BE(8), buffer.readInt16BE(12), buffer.toString('utf8', 14, 20)]).toEqual([1, 6, 'events']);
  expect(buffer.readInt32BE(20)).toBe(2);
  const [first, length] = [buffer.readInt32BE(24), buffer.readInt32BE(28)];
  expect([first, buffer.readInt32BE(32 + length), 40 + length + length]).toEqual([3, 7, buffer.length]);
});

it('an answer has a result for each partition, and the time that the broker asks to wait', async () => {
  const partition = (index: number, error: number, offset: bigint): Buffer => {
    const bytes = Buffer.alloc(30);
    bytes.writeInt32BE(index, 0);
    bytes.writeInt16BE(error, 4);
    bytes.writeBigInt64BE(offset, 6);
    return bytes;
  };
  const head = Buffer.from([0, 0, 0, 1, 0, 2, ...Buffer.from('ev'), 0, 0, 0, 2]);
  const payload = Buffer.concat([head, partition(3, 0, 41n), partition(7, 6, -1n), Buffer.from([0, 0, 0, 9])]);
  const { response } = produceCall('ev', [], 1);
  const decoded = await response.decode(payload);
  expect(decoded.clientSideThrottleTime).toBe(9);
  expect(await response.parse(decoded)).toEqual([
    { partition: 3, errorCode: 0, baseOffset: 41 },
    { partition: 7, errorCode: 6, baseOffset: -1 },
  ]);
});
