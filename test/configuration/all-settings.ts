import { ARCHIVER_SETTINGS } from '@sluice/archiver';
import { WORKER_SETTINGS } from '@sluice/buffer-worker';
import { RECORD_STORE_SETTINGS } from '@sluice/engines';
import { GATEWAY_SETTINGS } from '@sluice/gateway';
import { API_SETTINGS, INIT_SETTINGS } from '@sluice/operator';
import { QUERY_SETTINGS } from '@sluice/query';
import type { Setting, SettingsTable } from '@sluice/settings';
import { STANDALONE_SETTINGS } from '@sluice/standalone';

/** The tables of all programs, by the names that people know them by. */
export const PROGRAMS: Readonly<Record<string, SettingsTable>> = {
  'npm start': STANDALONE_SETTINGS,
  gateway: GATEWAY_SETTINGS,
  'buffer-worker': WORKER_SETTINGS,
  query: QUERY_SETTINGS,
  archiver: ARCHIVER_SETTINGS,
  'sluice init': INIT_SETTINGS,
  'sluice tokens': RECORD_STORE_SETTINGS,
  'sluice dead-letters': API_SETTINGS,
};

/** Every setting, by its environment variable. */
export const ALL_SETTINGS: readonly Setting<unknown>[] = [
  ...new Set(Object.values(PROGRAMS).flatMap((table) => Object.values(table))),
];

/** @returns the names of the programs that read a setting */
export function readersOf(setting: Setting<unknown>): string[] {
  return Object.entries(PROGRAMS)
    .filter(([, table]) => Object.values(table).includes(setting))
    .map(([name]) => name);
}
