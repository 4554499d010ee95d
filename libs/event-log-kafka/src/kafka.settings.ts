import { DEAD_LETTERS_TOPIC, EVENTS_TOPIC, STORE_GROUP } from '@sluice/contracts';
import type { KafkaAccess, KafkaLogin, LogNames } from '@sluice/event-log';
import { file, oneOf, type OptionsOf, type SettingsTable, text } from '@sluice/settings';
import {
  awsRegionOf,
  brokerUrlFault,
  certificateConflict,
  loginConflict,
  passwordConflict,
  secretConflict,
} from './settings-conflicts.js';

/** The characters of topic and group names. */
const NAME = /^[\w.-]{1,200}$/;
const NAMES = '1 to 200 letters, digits, dots, underscores and hyphens';

/** The URL of Kafka, for programs that use no other event log. */
export const KAFKA_URL = {
  ...text(
    'EVENT_LOG_URL',
    '',
    /^(kafka(\+ssl)?:\/\/[^\s/]+|file:.+)$/,
    'kafka://host:9092,host2:9092, kafka+ssl://host:9093 or file:<directory>',
    'The event log. kafka+ssl:// uses TLS. Empty: a file in DATA_DIR.',
  ),
  faultOf: brokerUrlFault,
};

/** How a program authenticates to Kafka. Its options need `eventLogUrl`, too. */
export const KAFKA_ACCESS_SETTINGS = {
  kafkaCaFile: {
    ...file(
      'KAFKA_CA_FILE',
      'Kafka: PEM file of the authorities to trust instead of the public ones. Read again when it changes.',
    ),
    conflictIn: certificateConflict('kafkaCaFile'),
  },
  kafkaCertFile: {
    ...file('KAFKA_CERT_FILE', 'Kafka: PEM file of the client certificate. Read again when it changes.'),
    conflictIn: certificateConflict('kafkaCertFile'),
  },
  kafkaKeyFile: {
    ...file('KAFKA_KEY_FILE', 'Kafka: PEM file of the key of the client certificate. Read again when it changes.'),
    conflictIn: certificateConflict('kafkaKeyFile'),
  },
  kafkaSaslMechanism: {
    ...oneOf(
      'KAFKA_SASL_MECHANISM',
      'none',
      ['none', 'plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer', 'aws-msk-iam'],
      'Kafka: login method. aws-msk-iam finds its credentials as the AWS tools do.',
    ),
    conflictIn: loginConflict,
  },
  kafkaSaslUsername: text('KAFKA_SASL_USERNAME', '', /./, 'a user', 'Kafka: user of plain and scram-sha-….'),
  kafkaSaslPassword: {
    ...text('KAFKA_SASL_PASSWORD', '', /^[^\r\n]+$/, 'a password', 'Kafka: password of plain and scram-sha-….'),
    isSecret: true,
    conflictIn: passwordConflict,
  },
  kafkaOauthTokenUrl: text(
    'KAFKA_OAUTH_TOKEN_URL',
    '',
    /^https?:\/\/\S+$/,
    'https://idp.example/token',
    'Kafka: token endpoint of oauthbearer (grant client_credentials).',
  ),
  kafkaOauthClientId: text('KAFKA_OAUTH_CLIENT_ID', '', /./, 'an id', 'Kafka: client id of oauthbearer.'),
  kafkaOauthClientSecret: {
    ...text('KAFKA_OAUTH_CLIENT_SECRET', '', /^[^\r\n]+$/, 'a secret', 'Kafka: client secret of oauthbearer.'),
    isSecret: true,
    conflictIn: secretConflict,
  },
  kafkaOauthScope: text('KAFKA_OAUTH_SCOPE', '', /./, 'scopes', 'Kafka: requested scope of oauthbearer. Empty: none.'),
  kafkaAllowClearPassword: oneOf(
    'KAFKA_ALLOW_CLEAR_PASSWORD',
    'false',
    ['false', 'true'],
    'Kafka: true allows plain to send its password unencrypted to another machine.',
  ),
  awsRegion: text(
    'AWS_REGION',
    '',
    /^[a-z0-9-]+$/,
    'a region like eu-central-1',
    'Kafka: region of aws-msk-iam. Empty: the region in the host name of the broker.',
  ),
} as const satisfies SettingsTable;

/** The names of topics and groups on Kafka. The embedded log uses the defaults. */
export const KAFKA_NAME_SETTINGS = {
  kafkaPrefix: text(
    'KAFKA_PREFIX',
    '',
    /^[\w.-]{1,100}$/,
    'up to 100 letters, digits, dots, underscores and hyphens',
    'Kafka: prefix of topic and group names; staging. gives staging.ingest.events.',
  ),
  eventsTopic: text('EVENTS_TOPIC', EVENTS_TOPIC, NAME, NAMES, 'Kafka: the topic of the events.'),
  deadLettersTopic: {
    ...text('DEAD_LETTERS_TOPIC', DEAD_LETTERS_TOPIC, NAME, NAMES, 'Kafka: the topic of the dead letters.'),
    conflictIn: ({ eventsTopic, deadLettersTopic }: Readonly<Record<string, unknown>>) =>
      eventsTopic === deadLettersTopic ? 'is the same as EVENTS_TOPIC; give each topic a different name.' : undefined,
  },
  storeGroup: text(
    'STORE_GROUP',
    STORE_GROUP,
    NAME,
    NAMES,
    'Kafka: the consumer group of the buffer worker. No other consumer may join it.',
  ),
} as const satisfies SettingsTable;

type AccessConfig = OptionsOf<typeof KAFKA_ACCESS_SETTINGS> & { eventLogUrl: string };

/** For the options of the event log. */
export function kafkaAccess(config: AccessConfig): KafkaAccess {
  const { kafkaCaFile: caFile, kafkaCertFile: certFile, kafkaKeyFile: keyFile } = config;
  const sasl = loginOf(config);
  const tls = { ...(caFile && { caFile }), ...(certFile && { certFile }), ...(keyFile && { keyFile }) };
  return { tls, ...(sasl && { sasl }) };
}

function loginOf(config: AccessConfig): KafkaLogin | undefined {
  const mechanism = config.kafkaSaslMechanism;
  if (mechanism === 'none') return undefined;
  if (mechanism === 'aws-msk-iam') return { mechanism, region: awsRegionOf(config) ?? '' };
  if (mechanism !== 'oauthbearer') {
    return { mechanism, username: config.kafkaSaslUsername, password: config.kafkaSaslPassword };
  }
  const { kafkaOauthTokenUrl: tokenUrl, kafkaOauthClientId: clientId, kafkaOauthClientSecret: clientSecret } = config;
  return {
    mechanism,
    tokenUrl,
    clientId,
    clientSecret,
    ...(config.kafkaOauthScope && { scope: config.kafkaOauthScope }),
  };
}

/** For the options of the event log; the prefix is part of the names. */
export function kafkaNames(config: OptionsOf<typeof KAFKA_NAME_SETTINGS>): LogNames {
  const { kafkaPrefix: prefix, eventsTopic, deadLettersTopic, storeGroup } = config;
  return {
    events: prefix + eventsTopic,
    deadLetters: prefix + deadLettersTopic,
    storeGroup: prefix + storeGroup,
  };
}
