import { DEAD_LETTERS_TOPIC, EVENTS_TOPIC, STORE_GROUP } from '@sluice/contracts';

/** What the topics and the group of the buffer worker are called in one event log. */
export interface LogNames {
  events: string;
  deadLetters: string;
  storeGroup: string;
}

/** The names of the contract. */
export const DEFAULT_NAMES: LogNames = Object.freeze({
  events: EVENTS_TOPIC,
  deadLetters: DEAD_LETTERS_TOPIC,
  storeGroup: STORE_GROUP,
});
