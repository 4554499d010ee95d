/** Topic names are part of the contract: other teams subscribe to them. */
export const EVENTS_TOPIC = 'ingest.events';
export const DEAD_LETTERS_TOPIC = 'ingest.dead-letters';

/** The consumer group of the buffer worker. Its committed offsets say where the buffer begins. */
export const STORE_GROUP = 'sluice-store';

/** Value of the `schema-version` header of every event on {@link EVENTS_TOPIC}. */
export const SCHEMA_VERSION = '1';
