import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { zstdFrames } from './zstd-frames.js';

describe('The frames of a zstd body', () => {
  const frames = ['', 'a', 'b'.repeat(1000), '\u00e9'.repeat(200_000), Math.random().toString()].map((text) =>
    zstdCompressSync(text),
  );
  const skipped = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);

  it('The frames of a zstd body are found one by one', () => {
    const bytes = Buffer.concat([...frames, skipped, frames[1]!]);
    expect([...zstdFrames(bytes)]).toEqual([...frames, skipped, frames[1]]);
  });

  it('The frames of a zstd body end with bytes that are not a frame', () => {
    const rest = Buffer.from('no frame at all');
    expect([...zstdFrames(Buffer.concat([frames[1]!, rest]))]).toEqual([frames[1], rest]);
    const cut = frames[2]!.subarray(0, -1);
    expect([...zstdFrames(Buffer.concat([frames[1]!, cut]))]).toEqual([frames[1], cut]);
  });
});
