import { DEAD_LETTERS_TOPIC, EVENTS_TOPIC } from '@sluice/contracts';
import type { EventLogOptions } from '@sluice/event-log';
import { type OptionsOf, type SettingsTable, wholeNumber } from '@sluice/settings';

const DAY_SECONDS = 24 * 60 * 60;
const SECONDS = { min: 0, max: 2_000_000_000 };
const BYTES = { min: 0, max: Number.MAX_SAFE_INTEGER };

/** How much the embedded event log keeps. Kafka has the retention of its topics instead. */
export const RETENTION_SETTINGS = {
  eventLogMaxAgeSeconds: wholeNumber(
    'EVENT_LOG_MAX_AGE_SECONDS',
    DAY_SECONDS,
    SECONDS,
    'Embedded event log: age after which stored records are removed from it. 0: never.',
  ),
  eventLogMaxBytes: wholeNumber(
    'EVENT_LOG_MAX_BYTES',
    0,
    BYTES,
    'Embedded event log: size above which the oldest stored records are removed from it. Unstored records are kept. 0: no limit.',
  ),
  deadLettersMaxAgeSeconds: wholeNumber(
    'DEAD_LETTERS_MAX_AGE_SECONDS',
    0,
    SECONDS,
    'Embedded event log: age after which dead letters are removed. 0: never.',
  ),
  deadLettersMaxBytes: wholeNumber(
    'DEAD_LETTERS_MAX_BYTES',
    0,
    BYTES,
    'Embedded event log: size above which the oldest dead letters are removed. 0: no limit.',
  ),
} as const satisfies SettingsTable;

/** The limits of the topics, for the options of the event log. @param ignoredGroups of consumers of events that are switched off */
export function retentionOptions(
  config: OptionsOf<typeof RETENTION_SETTINGS>,
  ignoredGroups: readonly string[] = [],
): Pick<EventLogOptions, 'limits'> {
  const events = limitsOf(config.eventLogMaxAgeSeconds, config.eventLogMaxBytes);
  const deadLetters = limitsOf(config.deadLettersMaxAgeSeconds, config.deadLettersMaxBytes);
  return {
    limits: {
      [EVENTS_TOPIC]: { ...events, keepsUnread: true, ignoredGroups },
      [DEAD_LETTERS_TOPIC]: { ...deadLetters, keepsUnread: false },
    },
  };
}

function limitsOf(maxAgeSeconds: number, maxBytes: number) {
  return {
    ...(maxAgeSeconds === 0 ? {} : { maxAgeMs: maxAgeSeconds * 1000 }),
    ...(maxBytes === 0 ? {} : { maxBytes }),
  };
}
