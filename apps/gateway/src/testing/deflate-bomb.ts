import { constants, deflateRawSync } from 'node:zlib';

const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
const BLOCK_BYTES = 1024 * 1024;

/** A gzip body of about `bytes` bytes that inflates to a thousand times as many. Its end is never reached, so it has none. */
export function deflateBomb(bytes: number): Buffer {
  // A full flush ends at a whole byte and refers to nothing before it: the block may be repeated.
  const block = deflateRawSync(Buffer.alloc(BLOCK_BYTES), { level: 9, finishFlush: constants.Z_FULL_FLUSH });
  const blocks = new Array<Buffer>(Math.floor(bytes / block.length)).fill(block);
  return Buffer.concat([GZIP_HEADER, ...blocks]);
}
