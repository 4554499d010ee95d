const MAGIC = 0xfd2fb528;
/** Sixteen magic numbers, 0x184D2A50 to 0x184D2A5F, begin a frame that is skipped. */
const SKIPPED = 0x184d2a5;
const MAGIC_BYTES = 4;
const SIZE_BYTES = 4;
const BLOCK_HEADER_BYTES = 3;
const CHECKSUM_BYTES = 4;
const REPEATED_BYTE = 1;

const DICTIONARY_BYTES = [0, 1, 2, 4];
const CONTENT_SIZE_BYTES = [0, 2, 4, 8];

/**
 * The frames of a zstd body (RFC 8878, 3), found without decompressing them. Bytes that are not a whole frame come last, for the
 * decompressor to refuse.
 */
export function* zstdFrames(bytes: Buffer): Generator<Buffer, void> {
  for (let at = 0; at < bytes.length;) {
    const end = Math.min(endOfFrame(bytes, at), bytes.length);
    yield bytes.subarray(at, end);
    at = end;
  }
}

/** `Infinity` if it does not end in these bytes. */
function endOfFrame(bytes: Buffer, start: number): number {
  if (bytes.length - start < MAGIC_BYTES + SIZE_BYTES) return Infinity;
  const magic = bytes.readUInt32LE(start);
  if (magic >>> 4 === SKIPPED) return start + MAGIC_BYTES + SIZE_BYTES + bytes.readUInt32LE(start + MAGIC_BYTES);
  if (magic !== MAGIC) return Infinity;
  const descriptor = bytes[start + MAGIC_BYTES]!;
  const end = endOfBlocks(bytes, start + MAGIC_BYTES + 1 + headerBytes(descriptor));
  return (descriptor & 0b100) === 0 ? end : end + CHECKSUM_BYTES;
}

/** Of the window, the dictionary and the size of the content. */
function headerBytes(descriptor: number): number {
  const isSingleSegment = (descriptor & 0b10_0000) !== 0;
  const sizeFlag = descriptor >>> 6;
  const contentSize = sizeFlag === 0 && isSingleSegment ? 1 : CONTENT_SIZE_BYTES[sizeFlag]!;
  return (isSingleSegment ? 0 : 1) + DICTIONARY_BYTES[descriptor & 0b11]! + contentSize;
}

function endOfBlocks(bytes: Buffer, start: number): number {
  for (let at = start; at + BLOCK_HEADER_BYTES <= bytes.length;) {
    const header = bytes.readUIntLE(at, BLOCK_HEADER_BYTES);
    const type = (header >>> 1) & 0b11;
    at += BLOCK_HEADER_BYTES + (type === REPEATED_BYTE ? 1 : header >>> 3);
    if ((header & 1) === 1) return at;
  }
  return Infinity;
}
