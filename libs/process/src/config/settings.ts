import { ACCESS_SETTINGS } from './access-settings.js';
import { DEVICE_SETTINGS } from './device-settings.js';
import { EMBEDDED_LOG_SETTINGS } from './embedded-log-settings.js';
import { OVERLOAD_SETTINGS } from './overload-settings.js';
import { oneOf, text, wholeNumber } from './setting.js';
import { TRACING_SETTINGS } from './tracing-settings.js';

const SECOND_MS = 1000;
const MIB = 1024 * 1024;

/** Every key of the environment that Sluice reads. docs/configuration.md is tested against this table. */
export const SETTINGS = {
  host: text(
    'HOST',
    '127.0.0.1',
    /^\S+$/,
    'an address of this machine',
    'Address to listen on; 0.0.0.0 opens the port to the network.',
  ),
  port: wholeNumber('PORT', 8000, { min: 0, max: 65535 }, 'Port to listen on; 0 takes a free one.'),
  dataDir: text(
    'DATA_DIR',
    './data',
    /./,
    'a directory',
    'Where the embedded log and store keep their files, unless the two URLs say otherwise.',
  ),
  eventLogUrl: text(
    'EVENT_LOG_URL',
    '',
    /^(kafka:\/\/[^\s/]+|file:.+)$/,
    'kafka://host:9092,host2:9092 or file:<directory>',
    'The event log. Empty: a file in DATA_DIR.',
  ),
  recordStoreUrl: text(
    'RECORD_STORE_URL',
    '',
    /^(mongodb(\+srv)?:\/\/\S+|file:.+)$/,
    'mongodb://host:27017/database or file:<directory>',
    'The record store. Empty: a file in DATA_DIR.',
  ),
  queryUrl: text(
    'QUERY_URL',
    '',
    /^http:\/\/[^\s/]+$/,
    'http://host:port',
    'Gateway: where the query service listens; reads are forwarded to it. Empty: reads are not served.',
  ),
  logLevel: oneOf(
    'LOG_LEVEL',
    'info',
    ['debug', 'info', 'warn', 'error'],
    'The least important lines that are logged.',
  ),
  partitions: wholeNumber(
    'EVENT_LOG_PARTITIONS',
    12,
    { min: 1, max: 1000 },
    'Partitions of the topic of events when it is made; more allow more workers. If it is set, the init step adds what a topic lacks.',
  ),
  deadLettersPartitions: wholeNumber(
    'DEAD_LETTERS_PARTITIONS',
    12,
    { min: 1, max: 1000 },
    'The same of the topic of dead letters.',
  ),
  replicationFactor: wholeNumber(
    'EVENT_LOG_REPLICATION',
    1,
    { min: 1, max: 9 },
    'Copies of each Kafka partition when a topic is made.',
  ),
  ...EMBEDDED_LOG_SETTINGS,
  publishTimeoutMs: wholeNumber(
    'PUBLISH_TIMEOUT_MS',
    5 * SECOND_MS,
    { min: 100, max: 60 * SECOND_MS },
    'A record that the log has not confirmed by then is answered 503.',
  ),
  storeTimeoutMs: wholeNumber(
    'STORE_TIMEOUT_MS',
    10 * SECOND_MS,
    { min: 100, max: 25 * SECOND_MS },
    'A write or a read of the store that takes longer has failed. Below the 30 s after which a silent worker loses its partitions.',
  ),
  maxBodyBytes: wholeNumber(
    'MAX_BODY_BYTES',
    8 * MIB,
    { min: 1024, max: 256 * MIB },
    'Largest request body as it arrives, in bytes.',
  ),
  maxInflatedBytes: wholeNumber(
    'MAX_INFLATED_BYTES',
    16 * MIB,
    { min: 1024, max: 256 * MIB },
    'Largest request body after inflating, in bytes; at least MAX_BODY_BYTES.',
  ),
  maxRecordsPerRequest: wholeNumber(
    'MAX_RECORDS_PER_REQUEST',
    5000,
    { min: 1, max: 100_000 },
    'Most records in one request.',
  ),
  maxConcurrentRequests: wholeNumber(
    'MAX_CONCURRENT_REQUESTS',
    1024,
    { min: 1, max: 100_000 },
    'Requests that are checked or published at one time; one more is answered 503.',
  ),
  maxBytesInFlight: wholeNumber(
    'MAX_BYTES_IN_FLIGHT',
    64 * MIB,
    { min: MIB, max: 4096 * MIB },
    'Bytes of bodies, as they arrive and inflated, that are read or published at one time; more are answered 503.',
  ),
  batchMaxRecords: wholeNumber(
    'BATCH_MAX_RECORDS',
    1000,
    { min: 1, max: 100_000 },
    'Worker: most records in one write.',
  ),
  batchMaxBytes: wholeNumber(
    'BATCH_MAX_BYTES',
    8 * MIB,
    { min: 1024, max: 40 * MIB },
    'Worker: most bytes of events in one write.',
  ),
  batchMaxAgeMs: wholeNumber(
    'BATCH_MAX_AGE_MS',
    50,
    { min: 0, max: 60 * SECOND_MS },
    'Worker: longest wait for a batch to fill up.',
  ),
  expireAfterSeconds: wholeNumber(
    'RECORD_EXPIRY_SECONDS',
    0,
    { min: 0, max: 2_000_000_000 },
    'Stored records are removed this long after they were received; 0: never.',
  ),
  shutdownTimeoutMs: wholeNumber(
    'SHUTDOWN_TIMEOUT_MS',
    8 * SECOND_MS,
    { min: 500, max: 300 * SECOND_MS },
    'After a SIGTERM, the process ends by itself within this time.',
  ),
  ...ACCESS_SETTINGS,
  ...DEVICE_SETTINGS,
  ...OVERLOAD_SETTINGS,
  ...TRACING_SETTINGS,
} as const;
