import { DEAD_LETTERS_TOPIC, EVENTS_TOPIC, STORE_GROUP } from '@sluice/contracts';
import { EventLogError } from '@sluice/event-log';

const MAX_GROUP_CHARACTERS = 200;
/** As in Kafka. */
const TOPIC_NAME = /^[\w.-]{1,249}$/;
const PRINTABLE_ASCII = /^[\x20-\x7e]+$/;

export interface GroupRules {
  /** The group of the record store, if its `STORE_GROUP` has another name than `sluice-store`. */
  storeGroup?: string | undefined;
}

/**
 * A member of the record store's group takes records from the buffer worker: they are committed and never stored.
 *
 * @throws EventLogError `reserved-group` if it is the record store's, with a prefix or without; `invalid-group` if it is not a
 * valid name
 */
export function requireOwnGroup(group: string, { storeGroup = STORE_GROUP }: GroupRules): void {
  const problem = problemOf(group);
  if (problem !== undefined) {
    throw new EventLogError(
      'invalid-group',
      `The option group ${problem}. Name it after your service, such as "alerts".`,
    );
  }
  if (!group.endsWith(STORE_GROUP) && group !== storeGroup.trim()) return;
  throw new EventLogError(
    'reserved-group',
    `The option group must not be "${group}": that is the consumer group of the buffer worker. Records that another member ` +
      'of it reads would never be stored. Choose a name of your own: every group gets all records.',
  );
}

/**
 * A record on the record store's dead-letter topic counts as not stored, and the events topic is the input.
 *
 * @param own topics of Sluice that have other names
 * @throws EventLogError `reserved-topic`, `invalid-topic`
 */
export function requireOwnDeadLetterTopic(topic: string, own: readonly string[] = []): void {
  const advice = 'Set it to a topic of your own, such as "alerts.dead-letters".';
  if (!TOPIC_NAME.test(topic) || topic === '.' || topic === '..') {
    const problem = 'must be the name of a topic: 1 to 249 letters, digits, dots, underscores and hyphens';
    throw new EventLogError(
      'invalid-topic',
      `The option deadLetterTopic, or <group>.dead-letters, ${problem}. ${advice}`,
    );
  }
  if (!topic.endsWith(DEAD_LETTERS_TOPIC) && !topic.endsWith(EVENTS_TOPIC) && !own.includes(topic)) return;
  throw new EventLogError(
    'reserved-topic',
    `The option deadLetterTopic must not be "${topic}", a topic of Sluice itself. ${advice}`,
  );
}

/** @param group of a caller that may be written without types */
function problemOf(group: unknown): string | undefined {
  if (typeof group !== 'string') return `must be a text, not ${group === null ? 'null' : typeof group}`;
  if (group.trim() === '') return 'must not be empty';
  if (group.length > MAX_GROUP_CHARACTERS) return `must have at most ${MAX_GROUP_CHARACTERS} characters`;
  if (!PRINTABLE_ASCII.test(group)) return 'must be printable ASCII without line breaks';
  if (group.trim() !== group) return 'must not begin or end with a space';
  if (group.startsWith('.') || group.endsWith('.')) return 'must not begin or end with a dot';
  return undefined;
}
