import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import { promisify } from 'node:util';
import kafkajs from 'kafkajs';
import type { EventLogOptions } from '@sluice/event-log';

const { CompressionCodecs, CompressionTypes } = kafkajs;

/** Far above what a fetch may bring, and below what would end the process. */
const MAX_BYTES = 256 * 1024 * 1024;

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

const ZSTD = {
  compress: ({ buffer }: { buffer: Buffer }) =>
    compress(buffer, { params: { [constants.ZSTD_c_compressionLevel]: constants.ZSTD_CLEVEL_DEFAULT } }),
  decompress: (buffer: Buffer) => decompress(buffer, { maxOutputLength: MAX_BYTES }),
};

/** KafkaJS has gzip only. What other producers of the topic, or its setting `compression.type`, compress by zstd is read, too. */
export function installCodecs(): void {
  CompressionCodecs[CompressionTypes.ZSTD] = () => ZSTD;
}

/** As KafkaJS names it. */
export function compressionOf({ compression = 'none' }: EventLogOptions): kafkajs.CompressionTypes {
  return { none: CompressionTypes.None, gzip: CompressionTypes.GZIP, zstd: CompressionTypes.ZSTD }[compression];
}

/** Settings `compression.type` of a topic whose records this client cannot read. */
export const UNREADABLE_CODECS: ReadonlySet<string> = new Set(['snappy', 'lz4']);
