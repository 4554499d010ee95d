import type { RecordStoreOptions } from '@sluice/record-store';
import { oneOf, type OptionsOf, type Setting, type SettingsTable, text, wholeNumber } from '@sluice/settings';
import { mongoUrlFault } from './mongo-url-fault.js';
import { DATA_DIR, engineUrl, requireNoFile } from './engine.settings.js';

const SECOND_MS = 1000;

const RECORD_STORE_URL: Setting<string> = {
  ...engineUrl(
    text(
      'RECORD_STORE_URL',
      '',
      /^(mongodb(\+srv)?:\/\/\S+|file:.+)$/,
      'mongodb://host:27017/database, mongodb+srv://host/database or file:<directory>',
      'The record store. Empty: a file in DATA_DIR.',
    ),
  ),
  mayHoldSecret: true,
  faultOf: mongoUrlFault,
};

/** The record store, which keeps the tokens as well, for every program that opens it. */
export const RECORD_STORE_SETTINGS = {
  dataDir: DATA_DIR,
  recordStoreUrl: RECORD_STORE_URL,
  recordsCollection: text(
    'RECORDS_COLLECTION',
    'records',
    /^(?!system\.|tokens$|token_revisions$|redrives$)[\w.-]{1,100}$/,
    '1 to 100 letters, digits, dots, underscores and hyphens, no name that Sluice uses itself',
    'MongoDB: the collection of the records.',
  ),
  storeTimeoutMs: wholeNumber(
    'STORE_TIMEOUT_MS',
    10 * SECOND_MS,
    { min: 100, max: 25 * SECOND_MS },
    'Time limit of one read or write of the record store. Keep it below 30 s, after which a silent worker loses its partitions.',
  ),
} as const satisfies SettingsTable;

/** Which members of a replica set answer, for programs that only read records. */
export const READING_SETTINGS = {
  readPreference: oneOf(
    'READ_PREFERENCE',
    'primary',
    ['primary', 'primaryPreferred', 'secondary', 'secondaryPreferred', 'nearest'],
    'MongoDB: members that serve reads of records. All except primary may show a record late.',
  ),
} as const satisfies SettingsTable;

/** How long records are kept, for the programs that remove them or have the engine do so. */
export const EXPIRY_SETTINGS = {
  expireAfterSeconds: wholeNumber(
    'RECORD_EXPIRY_SECONDS',
    0,
    { min: 0, max: 2_000_000_000 },
    'Age after which stored records are removed from the record store. 0: never.',
  ),
} as const satisfies SettingsTable;

type StoreConfig = OptionsOf<typeof RECORD_STORE_SETTINGS> &
  Partial<OptionsOf<typeof EXPIRY_SETTINGS> & OptionsOf<typeof READING_SETTINGS>>;

/** What `RecordStoreModule` and `openTokenStore` take. @param app names the process to the server */
export function recordStoreOptions(config: StoreConfig, app: string): RecordStoreOptions {
  const { recordStoreUrl: url, storeTimeoutMs: timeoutMs, recordsCollection: collection } = config;
  const { expireAfterSeconds = 0, readPreference } = config;
  const expiry = expireAfterSeconds === 0 ? {} : { expireAfterSeconds };
  return {
    url,
    clientId: `sluice-${app}`,
    timeoutMs,
    collection,
    ...(readPreference && { readPreference }),
    ...expiry,
  };
}

/** The rule that an app in a process of its own shares its record store with others. */
export function requireSharedStore(app: string): (config: { recordStoreUrl: string }) => void {
  return ({ recordStoreUrl }) =>
    requireNoFile('RECORD_STORE_URL', recordStoreUrl, 'mongodb://host:27017/database', app);
}
