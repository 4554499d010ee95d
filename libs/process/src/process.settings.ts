import { oneOf, type OptionsOf, type SettingsTable, wholeNumber } from '@sluice/settings';

const SECOND_MS = 1000;

/** The log settings of every program. */
export const LOG_SETTINGS = {
  logLevel: oneOf('LOG_LEVEL', 'info', ['debug', 'info', 'warn', 'error'], 'Lowest level that is logged.'),
} as const satisfies SettingsTable;

/** The settings of every service. */
export const PROCESS_SETTINGS = {
  ...LOG_SETTINGS,
  shutdownTimeoutMs: wholeNumber(
    'SHUTDOWN_TIMEOUT_MS',
    8 * SECOND_MS,
    { min: 500, max: 300 * SECOND_MS },
    'Time limit of a shutdown after SIGTERM.',
  ),
} as const satisfies SettingsTable;

export type ProcessOptions = OptionsOf<typeof PROCESS_SETTINGS>;
