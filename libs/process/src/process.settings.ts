import { oneOf, type OptionsOf, type SettingsTable, wholeNumber } from '@sluice/settings';

const SECOND_MS = 1000;

/** What every program logs. */
export const LOG_SETTINGS = {
  logLevel: oneOf(
    'LOG_LEVEL',
    'info',
    ['debug', 'info', 'warn', 'error'],
    'The least important lines that are logged.',
  ),
} as const satisfies SettingsTable;

/** What every service has, whatever it does. */
export const PROCESS_SETTINGS = {
  ...LOG_SETTINGS,
  shutdownTimeoutMs: wholeNumber(
    'SHUTDOWN_TIMEOUT_MS',
    8 * SECOND_MS,
    { min: 500, max: 300 * SECOND_MS },
    'After a SIGTERM, the process ends by itself within this time.',
  ),
} as const satisfies SettingsTable;

export type ProcessOptions = OptionsOf<typeof PROCESS_SETTINGS>;
