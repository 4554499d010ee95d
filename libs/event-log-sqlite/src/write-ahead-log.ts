import { existsSync, readFileSync } from 'node:fs';

/** https://www.sqlite.org/fileformat2.html#walformat */
const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const MAGIC_LITTLE_ENDIAN = 0x377f0682;
const MAGIC_BIG_ENDIAN = 0x377f0683;

type Sums = readonly [number, number];

/**
 * How many frames of a database's write-ahead log SQLite leaves out when it opens it, because the checksum of one of them, or of
 * one before them, is wrong. SQLite does so silently. After a crash that is right: the write was not acknowledged. If the disk
 * has damaged the frames since, acknowledged transactions are lost with them, and the two cases cannot be distinguished.
 *
 * @param file of the database, which no process has open
 */
export function framesLeftOut(file: string): number {
  const path = `${file}-wal`;
  const wal = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  const magic = wal.length < HEADER_BYTES ? 0 : wal.readUInt32BE(0);
  if (magic !== MAGIC_LITTLE_ENDIAN && magic !== MAGIC_BIG_ENDIAN) return 0;
  const sum = checksumIn(magic === MAGIC_BIG_ENDIAN);
  const frameBytes = FRAME_HEADER_BYTES + wal.readUInt32BE(8);
  let at = HEADER_BYTES;
  let sums = sum(wal.subarray(0, 24), [0, 0]);
  for (let isIntact = hasSums(wal, 24, sums); isIntact; at += isIntact ? frameBytes : 0) {
    const frame = wal.subarray(at, at + frameBytes);
    sums = sum(frame.subarray(0, 8), sums);
    sums = sum(frame.subarray(FRAME_HEADER_BYTES), sums);
    isIntact = frame.length === frameBytes && isOfThisLog(wal, at) && hasSums(frame, 16, sums);
  }
  return framesOfThisLogFrom(wal, at, frameBytes);
}

/** Frames with another salt are from before the log was restarted in the same file. */
function isOfThisLog(wal: Buffer, at: number): boolean {
  return wal.length >= at + FRAME_HEADER_BYTES && wal.subarray(16, 24).equals(wal.subarray(at + 8, at + 16));
}

function framesOfThisLogFrom(wal: Buffer, from: number, frameBytes: number): number {
  let frames = 0;
  for (let at = from; at < wal.length; at += frameBytes) if (isOfThisLog(wal, at)) frames++;
  return frames;
}

function hasSums(bytes: Buffer, at: number, [first, second]: Sums): boolean {
  return bytes.readUInt32BE(at) === first && bytes.readUInt32BE(at + 4) === second;
}

/** The words are in the byte order of the machine that wrote them; everything else is big-endian. */
function checksumIn(isBigEndian: boolean): (bytes: Buffer, before: Sums) => Sums {
  return (bytes, [before1, before2]) => {
    let [first, second] = [before1, before2];
    const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at + 8 <= bytes.length; at += 8) {
      first = (first + words.getUint32(at, !isBigEndian) + second) >>> 0;
      second = (second + words.getUint32(at + 4, !isBigEndian) + first) >>> 0;
    }
    return [first, second];
  };
}
