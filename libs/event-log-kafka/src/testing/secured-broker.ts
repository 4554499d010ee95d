import type { EventLogOptions, KafkaAccess } from '@sluice/event-log';
import { freePort, TestCertificates } from '@sluice/test-kit';
import { Rights } from './rights.js';
import { OwnBroker, SHARED_FOLDER } from './own-broker.js';

export const PASSWORD = 's3cret-of-the-suite';

/** Ports with TLS: a login by SASL, a login by certificate, and one with an expired broker certificate. */
interface SecuredPorts {
  sasl: number;
  certificate: number;
  expired: number;
}

/**
 * A broker with TLS, logins and rights. The suite itself connects without a login, as a super user; all others have only the
 * rights that they are given.
 */
export class SecuredBroker {
  readonly rights: Rights;

  private constructor(
    readonly broker: OwnBroker,
    readonly certificates: TestCertificates,
    private readonly ports: SecuredPorts,
  ) {
    this.rights = new Rights(broker.address);
  }

  /** @param more settings of the broker */
  static async start(more: Record<string, string> = {}): Promise<SecuredBroker> {
    const certificates = new TestCertificates();
    certificates.keystore(certificates.sign('broker'), 'broker.keystore.pem');
    certificates.keystore(certificates.sign('broker', { days: -1, file: 'expired-broker' }), 'expired.keystore.pem');
    const ports = { sasl: await freePort(), certificate: await freePort(), expired: await freePort() };
    const admin = await freePort();
    const settings = { ...settingsFor(admin, ports), ...more };
    const extras = { morePorts: Object.values(ports), folder: certificates.folder };
    const broker = await OwnBroker.start(undefined, settings, { ...extras, port: admin });
    return new SecuredBroker(broker, certificates, ports);
  }

  /** For the suite: no TLS, no login, every right. */
  get adminUrl(): string {
    return `kafka://${this.broker.address}`;
  }

  url(port: keyof SecuredPorts): string {
    return `kafka+ssl://127.0.0.1:${this.ports[port]}`;
  }

  /** Lets a user log in by SCRAM with {@link PASSWORD}. */
  async addUser(name: string, mechanism = 'SCRAM-SHA-512'): Promise<void> {
    const config = ['--add-config', `${mechanism}=[password=${PASSWORD}]`];
    await this.broker.script('kafka-configs.sh', '--alter', '--entity-type', 'users', '--entity-name', name, ...config);
  }

  /** Options of a client that trusts the authority of the broker. */
  options(port: keyof SecuredPorts, { tls, sasl }: KafkaAccess = {}): EventLogOptions {
    return {
      url: this.url(port),
      kafka: { tls: { caFile: this.certificates.caFile, ...tls }, ...(sasl && { sasl }) },
      clientId: 'secured-spec',
      publishTimeoutMs: 10_000,
      commitTimeoutMs: 10_000,
      replicationFactor: 1,
    };
  }

  async remove(): Promise<void> {
    await this.rights.close();
    await this.broker.remove();
    this.certificates.remove();
  }
}

function settingsFor(admin: number, ports: SecuredPorts): Record<string, string> {
  const { sasl, certificate, expired } = ports;
  const listeners = { PLAINTEXT: admin, SECURE: sasl, MTLS: certificate, EXPIRED: expired };
  const addresses = (host: string) => Object.entries(listeners).map(([name, port]) => `${name}://${host}:${port}`);
  const store = (name: string) => `${SHARED_FOLDER}/${name}`;
  return {
    KAFKA_LISTENERS: [...addresses('0.0.0.0'), 'CONTROLLER://0.0.0.0:9093'].join(),
    KAFKA_ADVERTISED_LISTENERS: addresses('127.0.0.1').join(),
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP:
      'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SECURE:SASL_SSL,MTLS:SSL,EXPIRED:SSL',
    KAFKA_INTER_BROKER_LISTENER_NAME: 'PLAINTEXT',
    KAFKA_SSL_KEYSTORE_TYPE: 'PEM',
    KAFKA_SSL_KEYSTORE_LOCATION: store('broker.keystore.pem'),
    KAFKA_SSL_TRUSTSTORE_TYPE: 'PEM',
    KAFKA_SSL_TRUSTSTORE_LOCATION: store('ca.pem'),
    KAFKA_LISTENER_NAME_MTLS_SSL_CLIENT_AUTH: 'required',
    KAFKA_LISTENER_NAME_EXPIRED_SSL_KEYSTORE_TYPE: 'PEM',
    KAFKA_LISTENER_NAME_EXPIRED_SSL_KEYSTORE_LOCATION: store('expired.keystore.pem'),
    KAFKA_SASL_ENABLED_MECHANISMS: 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
    KAFKA_LISTENER_NAME_SECURE_PLAIN_SASL_JAAS_CONFIG: module('plain.Plain', `user_gateway="${PASSWORD}"`),
    KAFKA_LISTENER_NAME_SECURE_SCRAM___SHA___256_SASL_JAAS_CONFIG: module('scram.Scram'),
    KAFKA_LISTENER_NAME_SECURE_SCRAM___SHA___512_SASL_JAAS_CONFIG: module('scram.Scram'),
    KAFKA_LISTENER_NAME_SECURE_OAUTHBEARER_SASL_JAAS_CONFIG: module(
      'oauthbearer.OAuthBearer',
      'unsecuredLoginStringClaim_sub="broker"',
    ),
    KAFKA_AUTHORIZER_CLASS_NAME: 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    KAFKA_SUPER_USERS: 'User:ANONYMOUS',
  };
}

function module(name: string, options = ''): string {
  return `org.apache.kafka.common.security.${name}LoginModule required ${options};`;
}
