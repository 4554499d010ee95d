import type { Random } from '../load/ledger/random.js';

/** What parsers trip over. */
const SPLINTERS = [
  ...['\0', '\r', '\n', '\r\n', '\r\n\r\n', ' ', '\t', '"', '\\', '\\u', '{', '}', '[', ']', ',', ':', '-', 'e'],
  ...['\ufeff', '\u2028'],
].map((text) => Buffer.from(text));
const BROKEN_BYTES = [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]].map((bytes) =>
  Buffer.from(bytes),
);

type Mutation = (random: Random, bytes: Buffer, at: number) => Buffer;

const splice = (bytes: Buffer, at: number, gone: number, put: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + gone)]);

const MUTATIONS: readonly Mutation[] = [
  (random, bytes, at) => splice(bytes, at, 1, Buffer.from([random.between(0, 255)])),
  (random, bytes, at) => splice(bytes, at, 1, Buffer.from([(bytes[at] ?? 0) ^ (1 << random.between(0, 7))])),
  (random, bytes, at) => splice(bytes, at, 0, random.oneOf(SPLINTERS)),
  (random, bytes, at) => splice(bytes, at, 1, random.oneOf(SPLINTERS)),
  (random, bytes, at) => splice(bytes, at, 0, random.oneOf(BROKEN_BYTES)),
  (random, bytes, at) => splice(bytes, at, random.between(1, 20), Buffer.alloc(0)),
  (random, bytes, at) => splice(bytes, at, 0, bytes.subarray(at, at + random.between(1, 40))),
  (_random, bytes, at) => bytes.subarray(0, at),
];

/** The bytes with so many small things wrong with them. */
export function mutated(random: Random, bytes: Buffer, times: number): Buffer {
  let result = bytes;
  for (let time = 0; time < times; time++) {
    result = random.oneOf(MUTATIONS)(random, result, random.between(0, result.length));
  }
  return result;
}
