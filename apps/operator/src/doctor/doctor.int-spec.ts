import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { openEventLog } from '@sluice/engines';
import { DEFAULT_NAMES, type EventLog, type LogRight, positionsBehind } from '@sluice/event-log';
import { PASSWORD, type Right, SecuredBroker } from '@sluice/event-log-kafka/testing';
import { until } from '@sluice/test-kit';
import { doctor } from './doctor.command.js';
import { logNeeds, SERVICES, type ServiceName } from './needs.js';

jest.setTimeout(300_000);

const PATIENCE = { tries: 1200, everyMs: 50 };
const NEEDS = logNeeds(DEFAULT_NAMES);
const { events, deadLetters, storeGroup } = DEFAULT_NAMES;

function rightsOf(service: ServiceName): Right[] {
  const needed = NEEDS[service].filter(({ otherwise }) => otherwise === undefined);
  return needed.map(({ right }) => entryOf(service, right));
}

function entryOf(user: string, { operation, on }: LogRight): Right {
  return { user, on, to: operation === 'DescribeConfigs' ? 'DESCRIBE_CONFIGS' : (operation.toUpperCase() as 'READ') };
}

const ENTRY = { key: null, value: Buffer.from('a'), headers: {}, timestampMs: Date.now() };
const messageOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing is missing',
    (error: Error) => error.message,
  );
const publishes = (topic: string) => async (log: EventLog) => {
  const [outcome] = await log.publisher.publish(topic, [ENTRY]);
  return outcome?.written === false ? outcome.reason : 'written';
};
const consumes = (log: EventLog) => {
  const member = log.subscribe({ group: storeGroup, topics: [events] });
  const pull = async () => void (await member.pull({ maxRecords: 1, maxWaitMs: 500 }));
  return until(async () => {
    const said = await messageOf(pull());
    return said !== 'nothing is missing' && said;
  }, PATIENCE);
};

/** What the logs of the suite write. */
const lines: string[] = [];

/** What each service does that needs a right, and what it says without it. */
const USES: Readonly<Record<string, (log: EventLog) => Promise<string>>> = {
  'gateway WRITE ingest.events': publishes(events),
  'buffer-worker READ ingest.events': consumes,
  'buffer-worker READ sluice-store': consumes,
  'buffer-worker WRITE ingest.dead-letters': publishes(deadLetters),
  'query DESCRIBE ingest.events': (log) => messageOf(log.requireTopics([events])),
  'query DESCRIBE sluice-store': (log) => messageOf(log.inspect({ group: storeGroup, topic: events }).positions()),
  'query READ ingest.dead-letters': async (log) => {
    const peek = { partition: 0, fromOffset: 0, toOffset: 1, maxRecords: 1 };
    await messageOf(log.inspect({ group: storeGroup, topic: deadLetters }).peek(peek));
    return lines.join('\n');
  },
  'operator DESCRIBE ingest.events': (log) => messageOf(log.createTopics([{ name: events, partitions: 2 }])),
  'operator DESCRIBE ingest.dead-letters': (log) =>
    messageOf(log.topicDifferences([{ name: deadLetters, partitions: 1 }])),
};

describe('sluice doctor', () => {
  let kafka: SecuredBroker;
  const opened: EventLog[] = [];

  beforeAll(async () => {
    kafka = await SecuredBroker.start();
    const admin = await open(kafka.adminUrl);
    await until(() => admin.ping().then(() => true), PATIENCE);
    await admin.createTopics([
      { name: events, partitions: 2 },
      { name: deadLetters, partitions: 1, keepsAll: true },
    ]);
    for (const service of SERVICES) {
      await kafka.addUser(service);
      await kafka.rights.give(rightsOf(service));
    }
  });
  afterAll(async () => {
    await Promise.all(opened.map((log) => log.close()));
    await kafka.remove();
  });

  async function open(url: string, user?: string): Promise<EventLog> {
    const sasl =
      user === undefined ? undefined : ({ mechanism: 'scram-sha-512', username: user, password: PASSWORD } as const);
    const log = await openEventLog({
      ...kafka.options('sasl', sasl && { sasl }),
      url,
      clientId: `sluice-${user}`,
      logger: (_, line) => lines.push(line),
    });
    opened.push(log);
    return log;
  }
  const as = (user: ServiceName) => open(kafka.url('sasl'), user);

  async function examine(service: ServiceName, more: Record<string, string> = {}) {
    const printed: string[] = [];
    const env = {
      EVENT_LOG_URL: kafka.url('sasl'),
      KAFKA_CA_FILE: kafka.certificates.caFile,
      KAFKA_SASL_MECHANISM: 'scram-sha-512',
      KAFKA_SASL_USERNAME: service,
      KAFKA_SASL_PASSWORD: PASSWORD,
      RECORD_STORE_URL: `${process.env['MONGO_URL']}/doctor`,
      ...more,
    };
    const write = (line: string) => void printed.push(line);
    const code = await doctor.run([service], { env, output: { out: write, note: write } });
    return { code, text: printed.join('\n') };
  }

  it.each(SERVICES)('The command sluice doctor finds that the %s has all rights that it needs', async (service) => {
    const { code, text } = await examine(service);
    expect(text).not.toMatch(/MISSING/);
    expect(text).toMatch(/optional {2}\w+ on the .*; without it .*\n +kafka-acls\.sh /);
    expect(text).toMatch(/Brokers of Kafka: 1; they can do what Kafka 4\.0 or newer can/);
    expect(code).toBe(0);
  });

  const removals = SERVICES.flatMap((service) => rightsOf(service).map((right) => ({ service, right })));
  it.each(removals)(
    'The command sluice doctor names $right.to on $right.on, and how to grant it, when the $service lacks it',
    async ({ service, right }) => {
      await kafka.rights.revoke([right]);
      try {
        const { code, text } = await until(async () => {
          const found = await examine(service);
          return found.code === 1 && found;
        }, PATIENCE);
        const [kind, name] = Object.entries(right.on)[0]!;
        const said = await USES[`${service} ${right.to} ${name}`]!(await as(service));
        expect(said).toContain(`right ${right.to[0]}${right.to.slice(1).toLowerCase()} on the ${kind} ${name}`);
        expect(text.toUpperCase()).toContain(`MISSING   ${right.to} ON THE ${kind} ${name}`.toUpperCase());
        expect(text).toMatch(new RegExp(`kafka-acls\\.sh .*"User:${service}" --operation \\w+ --${kind} ${name}`));
        expect(code).toBe(1);
      } finally {
        await kafka.rights.give([right]);
        await until(async () => (await examine(service)).code === 0, PATIENCE);
      }
    },
  );

  it.each([
    ['a wrong password', { KAFKA_SASL_PASSWORD: 'other' }, /MISSING {3}Kafka .*authentication/],
    ['a wrong authority', { KAFKA_CA_FILE: '' }, /MISSING {3}Kafka .*certificate: no authority/],
  ])('The command sluice doctor says the cause of %s', async (_, more, message) => {
    const { code, text } = await examine('gateway', more);
    expect(text).toMatch(message);
    expect(text).not.toContain(PASSWORD);
    expect(code).toBe(1);
  });

  it('The command sluice doctor requires no more rights than the services need: with exactly these, a record is stored', async () => {
    const [gateway, worker, query] = [await as('gateway'), await as('buffer-worker'), await as('query')];
    const value = Buffer.from(randomUUID());
    const entry = { key: null, value, headers: {}, timestampMs: Date.now() };
    expect(await gateway.publisher.publish(events, [entry])).toMatchObject([{ written: true }]);
    const clients = ['sluice-buffer-worker'];
    const member = worker.subscribe({ group: storeGroup, topics: [events], clients });
    const records = await until(async () => {
      const found = await member.pull({ maxRecords: 10, maxWaitMs: 1_000 });
      return found.length > 0 && found;
    }, PATIENCE);
    expect(await worker.publisher.publish(deadLetters, [entry])).toMatchObject([{ written: true }]);
    await member.commit(positionsBehind(records), 'done');
    const inspector = query.inspect({ group: storeGroup, topic: events });
    expect((await inspector.positions()).map(({ high, committed }) => high - committed)).toEqual([0, 0]);
    const dead = query.inspect({ group: storeGroup, topic: deadLetters });
    expect(await dead.peek({ partition: 0, fromOffset: 0, toOffset: 1, maxRecords: 1 })).toHaveLength(1);
  });

  it('The command sluice doctor refuses what it does not know', async () => {
    const note = jest.fn();
    expect(await doctor.run(['worker'], { env: {}, output: { out: note, note } })).toBe(2);
    expect(note).toHaveBeenCalledWith(
      'doctor: give one of gateway, buffer-worker, query, operator, archiver, or nothing for all of them.',
    );
  });
});
