import { file, type OptionsOf, type SettingsTable } from '@sluice/settings';

/** Senders with another message format. */
export const SOURCES_SETTINGS = {
  sourcesFile: file(
    'SOURCES_FILE',
    'Gateway: JSON file of the sources that may send to /ingest/from/{source}; docs/guides/senders.md has the format. Read again when it changes.',
  ),
} as const satisfies SettingsTable;

export type SourcesOptions = OptionsOf<typeof SOURCES_SETTINGS>;
