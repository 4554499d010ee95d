import { constants, gzip, zstdCompress, zstdDecompress } from 'node:zlib';
import { promisify } from 'node:util';
import kafkajs from 'kafkajs';
import type { EventLogOptions } from '@sluice/event-log';

const { CompressionCodecs, CompressionTypes } = kafkajs;

/** Far above what a fetch may return, and below what would end the process. */
const MAX_BYTES = 256 * 1024 * 1024;

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

const ZSTD = {
  compress: ({ buffer }: { buffer: Buffer }) =>
    compress(buffer, { params: { [constants.ZSTD_c_compressionLevel]: constants.ZSTD_CLEVEL_DEFAULT } }),
  decompress: (buffer: Buffer) => decompress(buffer, { maxOutputLength: MAX_BYTES }),
};

/** KafkaJS has gzip only. This also reads zstd, which other producers of the topic or its setting `compression.type` may use. */
export function installCodecs(): void {
  CompressionCodecs[CompressionTypes.ZSTD] = () => ZSTD;
}

/** As KafkaJS names it. */
export function compressionOf({
  compression = 'none',
}: Pick<EventLogOptions, 'compression'>): kafkajs.CompressionTypes {
  return { none: CompressionTypes.None, gzip: CompressionTypes.GZIP, zstd: CompressionTypes.ZSTD }[compression];
}

/** How the records of a batch are compressed. */
export interface BatchCodec {
  /** Bits in the attributes of the batch. */
  id: number;
  compress(records: Buffer): Promise<Buffer>;
}

const CODECS: Readonly<Record<'gzip' | 'zstd', BatchCodec>> = {
  gzip: { id: CompressionTypes.GZIP, compress: promisify(gzip) },
  zstd: { id: CompressionTypes.ZSTD, compress: (records) => ZSTD.compress({ buffer: records }) },
};

/** @returns `undefined` for no compression */
export function codecOf({ compression = 'none' }: Pick<EventLogOptions, 'compression'>): BatchCodec | undefined {
  return compression === 'none' ? undefined : CODECS[compression];
}

/** Settings `compression.type` of a topic whose records this client cannot read. */
export const UNREADABLE_CODECS: ReadonlySet<string> = new Set(['snappy', 'lz4']);
