import type { LogNames, LogRight } from '@sluice/event-log';

/** The services that `sluice doctor` speaks for. */
export const SERVICES = ['gateway', 'buffer-worker', 'query', 'operator'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** A right on the event log, and what is missing without it. */
export interface Need {
  right: LogRight;
  /** Left out: the service does not work without it. */
  otherwise?: string;
}

/** What each service may do with the record store. */
export const STORE_USES: Readonly<Record<ServiceName, 'tokens' | 'write' | 'read' | 'prepare'>> = {
  gateway: 'tokens',
  'buffer-worker': 'write',
  query: 'read',
  operator: 'prepare',
};

const checks = 'the settings of the topic are not checked';

/** The rights that each service needs on Kafka, and no others. docs/operations/own-engines.md shows the same table. */
export function logNeeds({
  events,
  deadLetters,
  storeGroup,
}: LogNames): Readonly<Record<ServiceName, readonly Need[]>> {
  const topic = (name: string, operation: LogRight['operation'], otherwise?: string): Need => ({
    right: { operation, on: { topic: name } },
    ...(otherwise !== undefined && { otherwise }),
  });
  const group = (operation: LogRight['operation'], otherwise?: string): Need => ({
    right: { operation, on: { group: storeGroup } },
    ...(otherwise !== undefined && { otherwise }),
  });
  return {
    gateway: [topic(events, 'Write'), group('Describe', 'MAX_LAG_… and BACKGROUND_MAX_LAG_… cannot be used')],
    'buffer-worker': [
      topic(events, 'Read'),
      topic(deadLetters, 'Write'),
      group('Read'),
      topic(events, 'DescribeConfigs', checks),
      topic(deadLetters, 'DescribeConfigs', checks),
    ],
    query: [
      topic(events, 'Describe'),
      topic(deadLetters, 'Read'),
      group('Describe'),
      topic(events, 'Read', 'buffered records are counted and not shown'),
      topic(events, 'Write', 'redrives of dead letters wait'),
      topic(events, 'DescribeConfigs', 'sluice_buffer_retention_seconds has no value'),
    ],
    operator: [
      topic(events, 'Describe'),
      topic(deadLetters, 'Describe'),
      topic(events, 'Create', 'you create the topic yourself (TOPICS=expect)'),
      topic(deadLetters, 'Create', 'you create the topic yourself (TOPICS=expect)'),
      topic(events, 'DescribeConfigs', checks),
      topic(deadLetters, 'DescribeConfigs', checks),
    ],
  };
}
