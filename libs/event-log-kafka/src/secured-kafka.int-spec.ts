import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  type EventLogOptions,
  type FailureCause,
  type KafkaAccess,
  type KafkaLogin,
  type LogEntry,
  positionsBehind,
} from '@sluice/event-log';
import { prepareWhenAvailable } from '@sluice/engines';
import type { RecordStore } from '@sluice/record-store';
import { until } from '@sluice/test-kit';
import { KafkaEventLog } from './kafka-event-log.js';
import { BROKER_PATIENCE, succeeds } from './testing/patience.js';
import { PASSWORD, SecuredBroker } from './testing/secured-broker.js';

jest.setTimeout(180_000);

/** Lifetime of a token, in seconds: longer than the sessions of the broker. */
const SHORT_LIFE = 12;
/** Number of token requests after which the suite has seen enough; for a run of minutes, set TOKEN_RENEWALS=40. */
const RENEWALS = Number(process.env['TOKEN_RENEWALS'] ?? 4);
const ENTRY: LogEntry = { key: null, value: Buffer.from('a'), headers: {}, timestampMs: Date.now() };

describe('A Kafka with TLS and logins', () => {
  let kafka: SecuredBroker;
  let tokens: Server;
  let tokenUrl: string;
  let tokenAnswer: () => [status: number, body: object];
  const opened: KafkaEventLog[] = [];

  beforeAll(async () => {
    tokens = createServer((_request, response) => {
      const [status, body] = tokenAnswer();
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => tokens.listen(0, '127.0.0.1', resolve));
    tokenUrl = `http://127.0.0.1:${(tokens.address() as AddressInfo).port}/token`;
    kafka = await SecuredBroker.start({ KAFKA_CONNECTIONS_MAX_REAUTH_MS: '10000' });
    await until(() => succeeds(admin().ping()), BROKER_PATIENCE);
    for (const mechanism of ['SCRAM-SHA-256', 'SCRAM-SHA-512']) await kafka.addUser('gateway', mechanism);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((log) => log.close()));
  });
  afterAll(async () => {
    tokens.close();
    await kafka.remove();
  });

  function open(options: EventLogOptions): KafkaEventLog {
    const log = new KafkaEventLog(options);
    opened.push(log);
    return log;
  }
  const admin = () => open({ ...kafka.options('sasl'), url: kafka.adminUrl });
  const bySasl = (sasl: KafkaLogin, tls: KafkaAccess['tls'] = {}) => open(kafka.options('sasl', { sasl, tls }));
  const scram: KafkaLogin = { mechanism: 'scram-sha-512', username: 'gateway', password: PASSWORD };
  const oauth = (): KafkaLogin => ({ mechanism: 'oauthbearer', tokenUrl, clientId: 'gateway', clientSecret: PASSWORD });

  it.each<KafkaLogin>([
    { mechanism: 'plain', username: 'gateway', password: PASSWORD },
    { mechanism: 'scram-sha-256', username: 'gateway', password: PASSWORD },
    scram,
  ])('Kafka accepts a login by $mechanism', async (login) => {
    await until(() => succeeds(bySasl(login).ping()), BROKER_PATIENCE);
  });

  it('Kafka accepts a token of an authorization server', async () => {
    tokenAnswer = () => [200, { access_token: unsecuredToken('gateway'), expires_in: 300 }];
    await bySasl(oauth()).ping();
  });

  it('Kafka accepts a certificate of the authority that it trusts', async () => {
    const tls = kafka.certificates.sign('gateway');
    await open(kafka.options('certificate', { tls })).ping();
  });

  const badlySigned = (file: string) => kafka.certificates.sign('gateway', { days: -1, file });
  const other = () => kafka.certificates.authority('other').certFile;
  const url = () => kafka.url('sasl').replace('+ssl', '');

  it.each<[why: string, failure: FailureCause, message: RegExp, open: () => KafkaEventLog]>([
    [
      'a wrong password',
      'authentication',
      /invalid credentials/,
      () => bySasl({ mechanism: 'scram-sha-512', username: 'gateway', password: 'other' }),
    ],
    ['a refused client of OAuth', 'authentication', /token endpoint answers 401 invalid_client/, () => bySasl(oauth())],
    ['a wrong authority', 'certificate', /KAFKA_CA_FILE to the right/, () => bySasl(scram, { caFile: other() })],
    ['an expired certificate of the broker', 'certificate', /broker has expired/, () => open(kafka.options('expired'))],
    ['no certificate', 'certificate', /asks for a client certificate/, () => open(kafka.options('certificate'))],
    [
      'an expired client certificate',
      'certificate',
      /does not accept the client certificate.*expired/,
      () => open(kafka.options('certificate', { tls: badlySigned('expired') })),
    ],
    ['no TLS', 'closed', /closed/, () => open({ ...kafka.options('sasl', { sasl: scram }), url: url() })],
  ])('A client with %s gets the cause (%s)', async (_why, failure, message, openLog) => {
    tokenAnswer = () => [401, { error: 'invalid_client' }];
    const log = openLog();
    const said: unknown = await log.requireTopics(['any']).catch((error: unknown) => error);
    expect(said).toMatchObject({ code: 'unavailable', failure, message: expect.stringMatching(message) });
    expect((said as Error).message).not.toContain(PASSWORD);
    const [outcome] = await log.publisher.publish('any', [ENTRY]);
    expect(outcome).toMatchObject({ written: false, cause: failure });
    await expect(log.ping()).rejects.toMatchObject({ failure });
  });

  it.each<[string, () => KafkaEventLog]>([
    ['password', () => bySasl({ mechanism: 'scram-sha-512', username: 'gateway', password: 'other' })],
    ['authority', () => bySasl(scram, { caFile: other() })],
  ])('The init step ends at once on a wrong %s', async (_, openLog) => {
    const store = { prepare: async () => {} } as unknown as RecordStore;
    const partitions = { events: { partitions: 1 }, deadLetters: { partitions: 1 } };
    const waits: Error[] = [];
    const ended = prepareWhenAvailable(openLog(), store, partitions, { onWaiting: (error) => waits.push(error) });
    await expect(ended).rejects.toMatchObject({ failure: expect.stringMatching(/^(authentication|certificate)$/) });
    expect(waits).toEqual([]);
  });

  it('A new login in the middle of the work loses nothing', async () => {
    let requests = 0;
    tokenAnswer = () => (
      requests++,
      [200, { access_token: unsecuredToken('gateway', SHORT_LIFE), expires_in: SHORT_LIFE }]
    );
    const [topic, group] = ['renewed', 'renewed'];
    await admin().createTopics([{ name: topic, partitions: 3 }]);
    await kafka.rights.give([
      { user: 'gateway', on: { topic }, to: 'READ' },
      { user: 'gateway', on: { topic }, to: 'WRITE' },
      { user: 'gateway', on: { group }, to: 'READ' },
    ]);
    const log = bySasl(oauth());
    await until(() => succeeds(log.requireTopics([topic])), BROKER_PATIENCE);
    const reader = log.subscribe({ group, topics: [topic] });
    const [sent, received] = [new Set<string>(), new Set<string>()];
    const read = async () => {
      const records = await reader.pull({ maxRecords: 500, maxWaitMs: 100 });
      for (const { value } of records) received.add(String(value));
      if (records.length > 0) await reader.commit(positionsBehind(records));
    };
    while (requests < RENEWALS) {
      const entries = Array.from({ length: 20 }, () => ({ ...ENTRY, value: Buffer.from(randomUUID()) }));
      const outcomes = await log.publisher.publish(topic, entries);
      entries.forEach(({ value }, index) => outcomes[index]!.written && sent.add(String(value)));
      expect(outcomes.every(({ written }) => written)).toBe(true);
      await read();
    }
    await until(async () => (await read(), [...sent].every((value) => received.has(value))), BROKER_PATIENCE);
  });
});

/** The token that a broker without an authorization server accepts: unsigned token, RFC 7519, section 6. */
function unsecuredToken(subject: string, lifetimeSeconds = 300): string {
  const nowSeconds = Math.floor(Date.now() / 1000);
  const claims = { sub: subject, iat: nowSeconds, exp: nowSeconds + lifetimeSeconds };
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  return `${encode({ alg: 'none' })}.${encode(claims)}.`;
}
