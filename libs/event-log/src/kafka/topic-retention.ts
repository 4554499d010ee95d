import kafkajs from 'kafkajs';
import { EventLogError } from '../event-log.js';
import type { KafkaAdmin } from './kafka-admin.js';

const RETENTION = 'retention.ms';

/**
 * How long a topic keeps a record, by its own setting or the broker's, in milliseconds; `undefined` if by no time at all. A limit in
 * bytes may remove it earlier.
 *
 * @throws EventLogError `unavailable`
 */
export async function topicRetentionMs(admin: KafkaAdmin, topic: string): Promise<number | undefined> {
  const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: [RETENTION] }];
  const answer = await admin.ask((client) => client.describeConfigs({ resources, includeSynonyms: false }));
  const entry = answer.resources[0]?.configEntries.find(({ configName }) => configName === RETENTION);
  if (entry === undefined) throw new EventLogError('unavailable', `Kafka does not tell ${RETENTION} of ${topic}.`);
  const retentionMs = Number(entry.configValue);
  return retentionMs < 0 ? undefined : retentionMs;
}
