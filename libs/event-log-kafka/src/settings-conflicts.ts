import { readFileSync } from 'node:fs';

/** The options of a program, by name. */
type Options = Readonly<Record<string, unknown>>;
type Conflict = (options: Options) => string | undefined;

const SCHEME = /^kafka(?:\+ssl)?:\/\//;

/** None of these sentences shows the URL: the wrong part may be a password. */
export function brokerUrlFault(url: string): string | undefined {
  if (!SCHEME.test(url)) return undefined;
  const list = url.replace(SCHEME, '');
  const fault = listFault(list) ?? addressFault(list.replace(/\/$/, '').split(','));
  return fault && `${fault}; write kafka://host:9092,host2:9092, or kafka+ssl://host:9093 for TLS.`;
}

function listFault(list: string): string | undefined {
  if (list.includes('@')) {
    return 'holds a login, and a login does not belong into the URL but into KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD';
  }
  if (/[?#]/.test(list)) return 'holds options behind a ? or a #, and it takes none';
  return list.includes('[') ? 'holds an IPv6 address, which the Kafka client cannot read: use a name' : undefined;
}

function addressFault(addresses: readonly string[]): string | undefined {
  for (const [index, address] of addresses.entries()) {
    const [host, port = '9092', ...more] = address.split(':');
    const isPort = /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535;
    if (!host || /[\s/]/.test(address)) return `has no host in its entry ${index + 1}`;
    if (!isPort || more.length > 0) return `has no port from 1 to 65535 in its entry ${index + 1}`;
  }
  return undefined;
}

const isKafka = ({ eventLogUrl }: Options): boolean => SCHEME.test(String(eventLogUrl));
const usesTls = ({ eventLogUrl }: Options): boolean => String(eventLogUrl).startsWith('kafka+ssl://');

/** The names of the brokers, without ports. */
function hostsOf({ eventLogUrl }: Options): string[] {
  return String(eventLogUrl)
    .replace(SCHEME, '')
    .split(',')
    .map((address) => address.replace(/:\d+\/?$/, ''));
}

const isThisMachine = (host: string): boolean => host === 'localhost' || /^127(\.\d+){3}$/.test(host);

/** @param name of the option that holds the path */
export function certificateConflict(name: 'kafkaCaFile' | 'kafkaCertFile' | 'kafkaKeyFile'): Conflict {
  return (options) => {
    if (options[name] === '' || !isKafka(options)) return undefined;
    if (!usesTls(options)) return 'is set, but EVENT_LOG_URL asks for no TLS; write kafka+ssl:// there.';
    const other = { kafkaCaFile: undefined, kafkaCertFile: 'kafkaKeyFile', kafkaKeyFile: 'kafkaCertFile' }[name];
    if (other !== undefined && options[other] === '') return `is set without ${KEYS[other]}; set both.`;
    return unreadable(String(options[name]));
  };
}

const KEYS: Readonly<Record<string, string>> = { kafkaCertFile: 'KAFKA_CERT_FILE', kafkaKeyFile: 'KAFKA_KEY_FILE' };

function unreadable(path: string): string | undefined {
  try {
    readFileSync(path);
    return undefined;
  } catch (error) {
    return `names a file that cannot be read (${(error as NodeJS.ErrnoException).code}): ${path}.`;
  }
}

/** What a login lacks, or must not do. */
export const loginConflict: Conflict = (options) => {
  const mechanism = options['kafkaSaslMechanism'];
  if (mechanism === 'none' || !isKafka(options)) return undefined;
  if (mechanism === 'aws-msk-iam') return mskConflict(options);
  const needed = mechanism === 'oauthbearer' ? OAUTH_NEEDS : PASSWORD_NEEDS;
  const missing = Object.keys(needed).filter((name) => options[name] === '');
  if (missing.length > 0)
    return `is ${String(mechanism)}, which needs ${missing.map((name) => needed[name]).join(' and ')}.`;
  return mechanism === 'plain' ? clearPassword(options) : undefined;
};

const PASSWORD_NEEDS: Readonly<Record<string, string>> = {
  kafkaSaslUsername: 'KAFKA_SASL_USERNAME',
  kafkaSaslPassword: 'KAFKA_SASL_PASSWORD',
};
const OAUTH_NEEDS: Readonly<Record<string, string>> = {
  kafkaOauthTokenUrl: 'KAFKA_OAUTH_TOKEN_URL',
  kafkaOauthClientId: 'KAFKA_OAUTH_CLIENT_ID',
  kafkaOauthClientSecret: 'KAFKA_OAUTH_CLIENT_SECRET',
};

function clearPassword(options: Options): string | undefined {
  const isSafe =
    usesTls(options) || options['kafkaAllowClearPassword'] === 'true' || hostsOf(options).every(isThisMachine);
  if (isSafe) return undefined;
  return (
    'is plain, which would send the password unencrypted to another machine; ' +
    'write kafka+ssl:// in EVENT_LOG_URL, or set KAFKA_ALLOW_CLEAR_PASSWORD=true.'
  );
}

function mskConflict(options: Options): string | undefined {
  if (!usesTls(options)) return 'is aws-msk-iam, which needs TLS; write kafka+ssl:// in EVENT_LOG_URL.';
  if (awsRegionOf(options) !== undefined) return undefined;
  return 'is aws-msk-iam, which needs AWS_REGION where the name of the broker does not hold the region.';
}

/** From the setting, or from the name of the first broker: `b-1.plant.abc.c2.kafka.eu-central-1.amazonaws.com`. */
export function awsRegionOf(options: Options): string | undefined {
  if (options['awsRegion']) return String(options['awsRegion']);
  return /\.kafka(?:-serverless)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/.exec(hostsOf(options)[0] ?? '')?.[1];
}

const isLoginOf = (options: Options, ...mechanisms: string[]): boolean =>
  !isKafka(options) || mechanisms.includes(String(options['kafkaSaslMechanism']));

/** A password that would never be sent means that a login was intended and does not happen. */
export const passwordConflict: Conflict = (options) =>
  options['kafkaSaslPassword'] === '' || isLoginOf(options, 'plain', 'scram-sha-256', 'scram-sha-512')
    ? undefined
    : 'is set, but nothing sends it; set KAFKA_SASL_MECHANISM to plain, scram-sha-256 or scram-sha-512.';

/** The same for the secret of OAuth. */
export const secretConflict: Conflict = (options) =>
  options['kafkaOauthClientSecret'] === '' || isLoginOf(options, 'oauthbearer')
    ? undefined
    : 'is set, but nothing sends it; set KAFKA_SASL_MECHANISM to oauthbearer.';
