import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Registry } from 'prom-client';
import { ARCHIVE_SETTINGS, archiverOptions } from '@sluice/archive';
import { ArchiverModule } from '@sluice/archiver';
import { BufferWorkerModule } from '@sluice/buffer-worker';
import { FakeSubscription } from '@sluice/event-log/testing';
import { DEFAULT_NAMES, EventLog, EventPublisher } from '@sluice/event-log';
import { GATEWAY_MODULE_SETTINGS, GatewayModule } from '@sluice/gateway';
import { defaultsOf } from '@sluice/settings';
import { QueryModule } from '@sluice/query';
import { RecordStore } from '@sluice/record-store';
import { Clock } from '@sluice/async';
import { ReadTurns } from '@sluice/http';
import { LOGGER, Tracing } from '@sluice/observability';
import { Lifecycle } from '@sluice/process';
import { StandaloneUnderTest } from './testing/standalone-under-test.js';

const DOCS = readFileSync(new URL('../../../docs/reference/metrics.md', import.meta.url), 'utf8');

interface DocumentedMetric {
  name: string;
  type: string;
  labels: string[];
  unit: string;
  app: string;
  help: string;
}

/** The rows of the metrics table in the reference. */
const documented: DocumentedMetric[] = DOCS.split('\n')
  .filter((line) => line.startsWith('| `sluice_'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, name, type, labels, unit, app, help]) => ({
    name: name!.replaceAll('`', ''),
    type: type!,
    labels: [...labels!.matchAll(/`(\w+)`/g)].map(([, label]) => label!),
    unit: unit!,
    app: app!,
    help: help!,
  }));

/** A metric in the form of prom-client. */
interface RegisteredMetric {
  name: string;
  type: string;
  help: string;
  labelNames: string[];
}

const metricsOf = (registry: Registry) => registry.getMetricsAsArray() as unknown as RegisteredMetric[];
const isOurs = ({ name }: { name: string }) => name.startsWith('sluice_');
const namesOf = (metrics: readonly { name: string }[]) => metrics.map(({ name }) => name).sort();

describe('The documented metrics', () => {
  let standalone: StandaloneUnderTest;
  let scraped: string;
  let registered: RegisteredMetric[];
  beforeAll(async () => {
    standalone = await StandaloneUnderTest.start({ ARCHIVE_URL: `file:${await StandaloneUnderTest.newDirectory()}` });
    const response = await fetch(`${standalone.url}/metrics`, { headers: { connection: 'close' } });
    scraped = await response.text();
    registered = metricsOf(standalone.app.get(Registry));
  });
  afterAll(() => standalone.stop());

  it('The documented metrics are those of a scrape of the whole pipeline', () => {
    const names = [...scraped.matchAll(/^# TYPE (sluice_\w+) /gm)].map(([, name]) => name!);
    expect(names.sort()).toEqual(namesOf(documented));
  });

  it('The documented metrics have the type, the labels and the meaning of the code', () => {
    const inCode = registered
      .filter(isOurs)
      .map(({ name, type, labelNames: labels, help }) => ({ name, type, labels, help }));
    const inDocs = documented.map(({ name, type, labels, help }) => ({ name, type, labels, help }));
    expect(inDocs).toEqual(expect.arrayContaining(inCode));
  });

  it('The documented metrics have their unit as the conventions require', () => {
    for (const { name, type, unit } of documented) {
      const suffix = /_(seconds|bytes)(_total)?$/.exec(name)?.[1];
      expect({ name, unit }).toEqual({ name, unit: suffix ?? expect.not.stringMatching(/^(seconds|bytes)?$/) });
      expect({ name, isTotal: name.endsWith('_total') }).toEqual({ name, isTotal: type === 'counter' });
    }
  });

  it('The documented metrics include those of the process', () => {
    const ofProcess = registered.filter((metric) => !isOurs(metric));
    expect(ofProcess.length).toBeGreaterThan(20);
    for (const { name } of ofProcess) expect(DOCS).toContain(`\`${name}\``);
  });
});

const ENGINES = [EventLog, EventPublisher, RecordStore, Lifecycle, LOGGER, Tracing].map((token) => ({
  provide: token,
  useValue: {
    names: DEFAULT_NAMES,
    inspect: () => undefined,
    subscribe: () => Object.assign(new FakeSubscription(), { pullError: new Error('there is no log') }),
    fail: () => undefined,
    load: { openEntries: 0, settledEntries: 0, oldestAgeMs: 0 },
    documents: { find: async () => undefined },
  },
}));

const ARCHIVE = {
  ...defaultsOf(ARCHIVE_SETTINGS),
  archiveUrl: 'file:nowhere',
  shutdownTimeoutMs: 1_000,
  kafkaPrefix: '',
};

/** The names that a feature module registers itself. */
async function registeredBy(feature: DynamicModule): Promise<string[]> {
  const registry = new Registry();
  const surroundings = [...ENGINES, Clock, ReadTurns, { provide: Registry, useValue: registry }];

  @Module({
    imports: [{ module: class Surroundings {}, global: true, providers: surroundings, exports: surroundings }, feature],
  })
  class RootModule {}

  await NestFactory.createApplicationContext(RootModule, { logger: false });
  return namesOf(metricsOf(registry));
}

describe('The metrics of one app', () => {
  it.each([
    ['gateway', GatewayModule.forRoot(defaultsOf(GATEWAY_MODULE_SETTINGS))],
    ['buffer-worker', BufferWorkerModule.forRoot({} as Parameters<typeof BufferWorkerModule.forRoot>[0])],
    ['query', QueryModule.forRoot()],
    ['archiver', ArchiverModule.forRoot(archiverOptions(ARCHIVE))],
  ])('The metrics are documented as those of the %s', async (name, feature) => {
    expect(await registeredBy(feature)).toEqual(namesOf(documented.filter(({ app }) => app === name)));
  });
});
