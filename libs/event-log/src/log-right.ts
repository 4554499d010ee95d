/** One right on an event log, as Kafka names it. */
export interface LogRight {
  operation: 'Create' | 'Describe' | 'DescribeConfigs' | 'Read' | 'Write';
  on: { topic: string } | { group: string };
}
