import { join } from 'node:path';
import { ConfigError, oneOf, type OptionsOf, type SettingsTable, text, wholeNumber } from '@sluice/settings';
import type { BackoffLimits } from '@sluice/async';
import { ARCHIVE_FORMATS, type ArchiveFormat } from './object-key.js';
import type { SegmentLimits } from './segment.js';

const SECOND_MS = 1000;
const MIB = 1024 * 1024;
const BACKOFF: BackoffLimits = { minMs: 500, maxMs: 30 * SECOND_MS };

/** The consumer group of the archive; `KAFKA_PREFIX` comes before it. */
export const ARCHIVE_GROUP = 'sluice-archive';

const secret = (key: string, what: string) => ({
  ...text(key, '', /^[^\r\n]+$/, what, `S3: the ${what}, instead of the standard AWS chain.`),
  isSecret: true,
});

/** Where the archive is and how to reach it, for every program that opens it. */
export const OBJECT_STORE_SETTINGS = {
  archiveUrl: text(
    'ARCHIVE_URL',
    '',
    /^(file:.+|s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[^\s?#]*)?)$/,
    's3://bucket/prefix or file:<directory>',
    'Archive: where the archiver stores batches of events as objects. Empty: no archive.',
  ),
  archiveSpoolDir: {
    ...text(
      'ARCHIVE_SPOOL_DIR',
      '',
      /./,
      'a directory',
      'Archive: directory of the objects that are still being filled; it needs up to ARCHIVE_MAX_BYTES for each partition and hour. Empty: a folder in DATA_DIR.',
    ),
    derive: ({ dataDir }: Readonly<Record<string, unknown>>) => join(String(dataDir), 'archive-spool'),
  },
  archiveS3Endpoint: text(
    'ARCHIVE_S3_ENDPOINT',
    '',
    /^https?:\/\/[^\s@]+$/,
    'http://host:port or https://host',
    'S3: the address of a store that is not AWS.',
  ),
  archiveS3Region: text(
    'ARCHIVE_S3_REGION',
    '',
    /^[a-z0-9-]{1,40}$/,
    'a region such as eu-central-1',
    'S3: the region of the bucket. Empty: as the AWS tools find it.',
  ),
  archiveS3PathStyle: oneOf(
    'ARCHIVE_S3_PATH_STYLE',
    'false',
    ['false', 'true'],
    'S3: true puts the bucket into the path instead of the host name, as most stores that are not AWS need.',
  ),
  archiveS3Encryption: oneOf(
    'ARCHIVE_S3_ENCRYPTION',
    'bucket',
    ['bucket', 'AES256', 'aws:kms'],
    'S3: server-side encryption of each object; bucket: as the bucket has it.',
  ),
  archiveS3KmsKeyId: text(
    'ARCHIVE_S3_KMS_KEY_ID',
    '',
    /^\S{1,2048}$/,
    'the id or ARN of a key',
    'S3: the key of aws:kms. Empty: the default key of the account.',
  ),
  archiveS3StorageClass: oneOf(
    'ARCHIVE_S3_STORAGE_CLASS',
    'STANDARD',
    ['STANDARD', 'STANDARD_IA', 'ONEZONE_IA', 'INTELLIGENT_TIERING', 'GLACIER_IR'],
    'S3: the storage class of each object. Objects of all these classes can be read without a delay.',
  ),
  archiveS3ConditionalWrites: oneOf(
    'ARCHIVE_S3_CONDITIONAL_WRITES',
    'required',
    ['required', 'off'],
    'S3: off for a store without If-Match and If-None-Match; then run one archiver only, and stop it before you start another one.',
  ),
  archiveS3AccessKeyId: secret('ARCHIVE_S3_ACCESS_KEY_ID', 'access key id'),
  archiveS3SecretAccessKey: secret('ARCHIVE_S3_SECRET_ACCESS_KEY', 'secret access key'),
  archiveS3SessionToken: secret('ARCHIVE_S3_SESSION_TOKEN', 'session token'),
} as const satisfies SettingsTable;

/** What the archiver writes, and when. */
export const ARCHIVE_SETTINGS = {
  ...OBJECT_STORE_SETTINGS,
  archiveFormat: oneOf(
    'ARCHIVE_FORMAT',
    'parquet',
    ARCHIVE_FORMATS,
    'Archive: format of the objects; docs/guides/archive.md describes both. Change it only after a clean stop of the archiver.',
  ),
  archiveMaxBytes: wholeNumber(
    'ARCHIVE_MAX_BYTES',
    64 * MIB,
    { min: MIB, max: 1024 * MIB },
    'Archive: compressed size at which an object is closed, in bytes.',
  ),
  archiveMaxRecords: wholeNumber(
    'ARCHIVE_MAX_RECORDS',
    1_000_000,
    { min: 1, max: 10_000_000 },
    'Archive: number of records at which an object is closed.',
  ),
  archiveMaxAgeMs: wholeNumber(
    'ARCHIVE_MAX_AGE_MS',
    300 * SECOND_MS,
    { min: 1 * SECOND_MS, max: 86_400 * SECOND_MS },
    'Archive: time after which an object is closed, from the arrival of the first record of its partition that is not archived.',
  ),
  archiveUploadTimeoutMs: wholeNumber(
    'ARCHIVE_UPLOAD_TIMEOUT_MS',
    120 * SECOND_MS,
    { min: SECOND_MS, max: 3_600 * SECOND_MS },
    'Archive: time limit of one upload; after it the upload is tried again.',
  ),
} as const satisfies SettingsTable;

export type ObjectStoreConfig = OptionsOf<typeof OBJECT_STORE_SETTINGS>;
export type ArchiveConfig = OptionsOf<typeof ARCHIVE_SETTINGS>;

export interface ArchiverOptions {
  store: ObjectStoreConfig;
  group: string;
  format: ArchiveFormat;
  limits: SegmentLimits;
  spoolDirectory: string;
  uploadTimeoutMs: number;
  backoff: BackoffLimits;
  /** How long a stop may take, in milliseconds; what is not stored by then is read again. */
  drainTimeoutMs: number;
}

/** What the archiver takes. The drain ends before the process must. */
export function archiverOptions(
  config: ArchiveConfig & { shutdownTimeoutMs: number; kafkaPrefix: string },
): ArchiverOptions {
  const { archiveMaxBytes: maxBytes, archiveMaxRecords: maxRecords, archiveMaxAgeMs: maxAgeMs } = config;
  return {
    store: config,
    group: config.kafkaPrefix + ARCHIVE_GROUP,
    format: config.archiveFormat,
    limits: { maxBytes, maxRecords, maxAgeMs },
    spoolDirectory: config.archiveSpoolDir,
    uploadTimeoutMs: config.archiveUploadTimeoutMs,
    backoff: BACKOFF,
    drainTimeoutMs: config.shutdownTimeoutMs / 2,
  };
}

/** The rule of programs that are nothing without an archive. @throws ConfigError */
export function requireArchiveUrl({ archiveUrl }: Pick<ArchiveConfig, 'archiveUrl'>): void {
  if (archiveUrl === '')
    throw new ConfigError('ARCHIVE_URL is not set; set it to s3://bucket/prefix or file:<directory>.');
}

/** @throws ConfigError */
export function requireWholeLogin(config: ObjectStoreConfig): void {
  if ((config.archiveS3AccessKeyId === '') === (config.archiveS3SecretAccessKey === '')) return;
  throw new ConfigError(
    'ARCHIVE_S3_ACCESS_KEY_ID and ARCHIVE_S3_SECRET_ACCESS_KEY belong together: set both, or neither.',
  );
}
