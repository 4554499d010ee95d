import kafkajs, { type ConfigEntries } from 'kafkajs';
import { EventLogError, UNREADABLE_SETTING, type TopicFinding, type TopicSpec } from '@sluice/event-log';
import { UNREADABLE_CODECS } from './compression.js';
import type { KafkaAdmin } from './kafka-admin.js';

const RETENTION = 'retention.ms';
const SIZE_LIMIT = 'retention.bytes';
const CLEANUP = 'cleanup.policy';
const UNCLEAN = 'unclean.leader.election.enable';
const MIN_IN_SYNC = 'min.insync.replicas';
const CODEC = 'compression.type';
/** The broker's `message.max.bytes` is its default, which Kafka answers under this name too. */
const MAX_RECORD = 'max.message.bytes';
const UNLIMITED = '-1';

type CheckedTopic = Pick<TopicSpec, 'name' | 'keepsAll' | 'maxRecordBytes'>;

/**
 * How long a topic keeps a record, by its own setting or the broker's, in milliseconds; `undefined` if there is no time limit. A
 * limit in bytes may remove it earlier.
 *
 * @throws EventLogError `unavailable`; its failure is `authorization` without the right DescribeConfigs
 */
export async function topicRetentionMs(admin: KafkaAdmin, topic: string): Promise<number | undefined> {
  const value = (await settingsOf(admin, topic, [RETENTION])).get(RETENTION);
  if (value === undefined) throw new EventLogError('unavailable', `Kafka does not name ${RETENTION} of ${topic}.`);
  const retentionMs = Number(value);
  return retentionMs < 0 ? undefined : retentionMs;
}

/** See `EventLog.topicFindings`. A missing right is a finding, not an error. */
export async function topicFindings(
  admin: KafkaAdmin,
  { name, keepsAll, maxRecordBytes = 0 }: CheckedTopic,
): Promise<TopicFinding[]> {
  try {
    const names = [RETENTION, SIZE_LIMIT, CLEANUP, UNCLEAN, MIN_IN_SYNC, CODEC, MAX_RECORD];
    const settings = await settingsOf(admin, name, names);
    return findingsIn(name, settings, {
      keepsAll: keepsAll === true,
      copies: await copiesOf(admin, name),
      maxRecordBytes,
    });
  } catch (error) {
    if (!isDenied(error)) throw error;
    return [{ topic: name, setting: UNREADABLE_SETTING, detail: missingRight(name) }];
  }
}

export function isDenied(error: unknown): boolean {
  return error instanceof EventLogError && error.failure === 'authorization';
}

export function missingRight(topic: string): string {
  return `This login lacks the right DescribeConfigs on the topic ${topic}, so its retention cannot be seen.`;
}

/** @param settings by name */
export function findingsIn(
  topic: string,
  settings: ReadonlyMap<string, string>,
  {
    keepsAll = false,
    copies = 1,
    maxRecordBytes = 0,
  }: { keepsAll?: boolean; copies?: number; maxRecordBytes?: number } = {},
): TopicFinding[] {
  const findings: TopicFinding[] = [];
  const find = (setting: string, right: string, what: string): void => {
    const detail = `The topic ${topic} has ${setting}=${settings.get(setting)}, ${what}. Repair: ${repair(topic, setting, right)}`;
    findings.push({ topic, setting, detail });
  };
  if (settings.get(CLEANUP)?.includes('compact') === true)
    find(CLEANUP, 'delete', 'which removes records of a key that has newer ones');
  if (settings.get(UNCLEAN) === 'true')
    find(UNCLEAN, 'false', 'which lets a broker lead that lacks acknowledged records');
  if (copies > 1 && settings.get(MIN_IN_SYNC) === '1')
    find(MIN_IN_SYNC, '2', `which acknowledges a record that only one of ${copies} brokers has`);
  if (UNREADABLE_CODECS.has(settings.get(CODEC) ?? ''))
    find(CODEC, 'producer', 'which the client of Sluice cannot read');
  if (Number(settings.get(MAX_RECORD) ?? Infinity) < maxRecordBytes)
    find(
      MAX_RECORD,
      String(maxRecordBytes),
      `which refuses records that MAX_PAYLOAD_BYTES lets in (${maxRecordBytes} bytes)`,
    );
  if (!keepsAll) return findings;
  const isLimited = (setting: string): boolean => (settings.get(setting) ?? UNLIMITED) !== UNLIMITED;
  if (isLimited(RETENTION)) find(RETENTION, UNLIMITED, 'which removes dead letters by their age');
  if (isLimited(SIZE_LIMIT)) find(SIZE_LIMIT, UNLIMITED, 'which removes dead letters by their size');
  return findings;
}

/** The number of replicas of the first partition. */
async function copiesOf(admin: KafkaAdmin, topic: string): Promise<number> {
  const { topics } = await admin.ask((client) => client.fetchTopicMetadata({ topics: [topic] }));
  return topics[0]?.partitions[0]?.replicas.length ?? 1;
}

function repair(topic: string, setting: string, value: string): string {
  const command = 'kafka-configs.sh --bootstrap-server HOST:9092 --alter --entity-type topics';
  return `${command} --entity-name ${topic} --add-config ${setting}=${value}`;
}

async function settingsOf(admin: KafkaAdmin, topic: string, names: string[]): Promise<Map<string, string>> {
  const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: names }];
  const { resources: answers } = await admin.ask((client) =>
    client.describeConfigs({ resources, includeSynonyms: false }),
  );
  const entries: ConfigEntries[] = answers[0]?.configEntries ?? [];
  return new Map(entries.map(({ configName, configValue }) => [configName, configValue]));
}
