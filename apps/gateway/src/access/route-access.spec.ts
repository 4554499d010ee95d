import { readFileSync } from 'node:fs';
import { Controller, Get, Module, type DynamicModule } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { READ_ROUTES } from '@sluice/contracts';
import { EventPublisher } from '@sluice/event-log';
import { FakePublisher } from '@sluice/event-log/testing';
import { openTokenStore } from '@sluice/engines';
import { AccessGate } from '@sluice/ingest';
import { Access, createHttpApp, MetricsModule, serveDocs } from '@sluice/http';
import { HealthModule, RuntimeModule } from '@sluice/process';
import {
  allCallers,
  type Caller,
  ClientCertificates,
  type RegisteredRoute,
  registeredRoutes,
  walk,
} from '@sluice/http/testing';
import { GatewayModule } from '../gateway.module.js';
import { FakeQuery } from '../testing/fake-query.js';
import { TokenDirectory } from '../testing/token-directory.js';

/** Kinds of declarations that no route of ours has. */
@Controller('kinds')
class KindsController {
  @Get('operate')
  @Access('operate')
  operate(): string {
    return '';
  }

  @Get('undeclared/:device_id')
  undeclared(): string {
    return '';
  }

  @Get('sourceless/:device_id')
  @Access('read-device')
  sourceless(): string {
    return '';
  }
}

const publisher = { provide: EventPublisher, useValue: new FakePublisher() };

@Module({ controllers: [KindsController], providers: [publisher], exports: [publisher] })
class TestModule {}

@Module({})
class RootModule {}

const LIMITS = {
  maxBodyBytes: 1_000_000,
  maxInflatedBytes: 2_000_000,
  maxRecordsPerRequest: 100,
  maxConcurrentRequests: 8,
  maxBytesInFlight: 4_000_000,
  publishTimeoutMs: 1000,
};

const query = new FakeQuery();
const directory = new TokenDirectory();
const certificates = new ClientCertificates();
let app: NestFastifyApplication;
let routes: RegisteredRoute[];
let callers: Caller[];

/** The modules of the gateway's own `main`, over a publisher and a query service that are fakes. */
function rootModule(): DynamicModule {
  const tls = { tlsCertFile: certificates.server.cert, tlsKeyFile: certificates.server.key };
  const access = { ...directory.options, ...tls, tlsClientCaFile: certificates.authority.cert };
  const gateway = GatewayModule.forRoot({ ...LIMITS, ...access, queryUrl: query.url });
  const imports = [
    RuntimeModule.forRoot(pino({ level: 'silent' })),
    MetricsModule.forRoot(new Registry(), {}),
    { module: TestModule, global: true },
    HealthModule.forRoot({ inject: [], useFactory: () => ({ live: [], ready: [] }) }),
    gateway,
  ];
  return { module: RootModule, imports };
}

beforeAll(async () => {
  const store = await openTokenStore({ url: directory.url, clientId: 'suite', timeoutMs: 5_000 });
  callers = await allCallers(certificates, store as Parameters<typeof allCallers>[1]);
  await store.close();
  await query.start();
  app = await createHttpApp(rootModule(), pino({ level: 'silent' }), LIMITS);
  const registered = registeredRoutes(app);
  serveDocs(app);
  await app.listen(0, '127.0.0.1');
  routes = registered();
  await app.get(AccessGate, { strict: false }).feed!.refresh();
});

afterAll(async () => {
  await app.close();
  query.stop();
  directory.remove();
  certificates.remove();
});

const get = (url: string) => routes.find((route) => route.method === 'GET' && route.url === url);

describe('every route of the gateway', () => {
  it('answers every kind of token and certificate as it declares', async () => {
    const url = `https://127.0.0.1:${(app.getHttpServer().address() as { port: number }).port}`;
    const { asked, wrong } = await walk({ url, ca: readFileSync(certificates.authority.cert), routes, callers });
    expect(wrong).toEqual([]);
    expect(asked).toBeGreaterThan(1000);
  }, 60_000);

  it('declares its access, but for the one that this suite leaves out', () => {
    const undeclared = new Set(routes.filter(({ access }) => access === undefined).map(({ url }) => url));
    expect([...undeclared]).toEqual(['/kinds/undeclared/:device_id']);
  });

  it('declares the device that it shows where it has one, and nowhere else', () => {
    const ofDevices = routes.filter(({ access, method }) => access === 'read-device' && method === 'GET');
    const declared = ofDevices.map(({ url, deviceFrom }) => [url, deviceFrom]);
    expect(declared).toEqual([
      ['/kinds/sourceless/:device_id', undefined],
      ['/events/tail', 'query'],
      ['/check-buffer', 'query'],
      ['/records', 'query'],
      ['/records/:device_id/:record_id', 'path'],
    ]);
  });

  it.each(Object.entries(READ_ROUTES))('of the query service is here with the same declaration: %s', (url, route) => {
    const { access, deviceFrom } = { deviceFrom: undefined, ...route };
    expect(get(url)).toMatchObject({ access, ...(deviceFrom && { deviceFrom }) });
  });
});
