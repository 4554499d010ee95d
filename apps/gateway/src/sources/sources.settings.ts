import { file, type OptionsOf, type SettingsTable } from '@sluice/settings';

/** Senders that have a form of their own. */
export const SOURCES_SETTINGS = {
  sourcesFile: file(
    'SOURCES_FILE',
    'Gateway: a JSON file of the sources that may send to /ingest/from/{source}; docs/guides/senders.md has the form. Read again when it changes.',
  ),
} as const satisfies SettingsTable;

export type SourcesOptions = OptionsOf<typeof SOURCES_SETTINGS>;
