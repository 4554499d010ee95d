import { type OptionsOf, type SettingsTable, text } from '@sluice/settings';

/** Payload schemas. */
export const SCHEMAS_SETTINGS = {
  schemasDir: text(
    'SCHEMAS_DIR',
    '',
    /./,
    'a directory',
    'Gateway: JSON Schemas of payloads as <type>/<version>.json, and devices.txt with lines like lab-7:* -> thermometer/2 enforce. Read again when a file changes.',
  ),
} as const satisfies SettingsTable;

export type SchemasOptions = OptionsOf<typeof SCHEMAS_SETTINGS>;
