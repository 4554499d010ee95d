import { readFileSync } from 'node:fs';
import { Controller, Get, Module } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { type ReadRoute, READ_ROUTES } from '@sluice/contracts';
import { EventLog, EventPublisher } from '@sluice/event-log';
import { FakePublisher } from '@sluice/event-log/testing';
import { openTokenStore } from '@sluice/engines';
import { AccessGate } from '@sluice/ingest';
import { Access, createHttpApp, serveDocs } from '@sluice/http';
import { Tracing } from '@sluice/observability';
import {
  allCallers,
  type Caller,
  ClientCertificates,
  overriding,
  type RegisteredRoute,
  registeredRoutes,
  walk,
} from '@sluice/http/testing';
import { TokenDirectory } from '@sluice/operator/testing';
import { GatewayAppModule } from '../gateway.app.module.js';
import { fakeLog } from '../testing/fake-log.js';
import { FakeQuery } from '../testing/fake-query.js';
import { TEST_CONFIG } from '../testing/gateway-under-test.js';

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

@Module({ controllers: [KindsController] })
class KindsModule {}

@Module({})
class RootModule {}

const query = new FakeQuery();
const directory = new TokenDirectory();
const certificates = new ClientCertificates();
let app: NestFastifyApplication;
let routes: RegisteredRoute[];
let callers: Caller[];

/** The gateway's own root and the routes of this suite. */
function openGateway(): Promise<NestFastifyApplication> {
  const tls = { tlsCertFile: certificates.server.cert, tlsKeyFile: certificates.server.key };
  const access = { ...directory.options, ...tls, tlsClientCaFile: certificates.authority.cert };
  const config = { ...TEST_CONFIG, ...access, queryUrl: query.url };
  const service = { logger: pino({ level: 'silent' }), registry: new Registry(), tracing: new Tracing() };
  const root = { module: RootModule, imports: [KindsModule, GatewayAppModule.forRoot(config, service)] };
  const publisher = new FakePublisher();
  const fakes = overriding([EventLog, fakeLog(publisher)], [EventPublisher, publisher]);
  return createHttpApp(root, service.logger, config, fakes);
}

beforeAll(async () => {
  const store = await openTokenStore({ url: directory.url, clientId: 'suite', timeoutMs: 5_000 });
  callers = await allCallers(certificates, store as Parameters<typeof allCallers>[1]);
  await store.close();
  await query.start();
  app = await openGateway();
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

describe('Every route of the gateway', () => {
  it('Every route of the gateway answers every kind of token and certificate as it declares', async () => {
    const url = `https://127.0.0.1:${(app.getHttpServer().address() as { port: number }).port}`;
    const { asked, wrong } = await walk({ url, ca: readFileSync(certificates.authority.cert), routes, callers });
    expect(wrong).toEqual([]);
    expect(asked).toBeGreaterThan(1000);
  }, 180_000);

  it('Every route of the gateway declares its access, except for those that this suite names', () => {
    const undeclared = new Set(routes.filter(({ access }) => access === undefined).map(({ url }) => url));
    // The methods of a source differ in their access, so that the answer to all others asks for the most.
    expect([...undeclared]).toEqual(['/kinds/undeclared/:device_id', '/ingest/from/:source']);
  });

  it('Every route of the gateway declares the device that it shows where it has one, and nowhere else', () => {
    const ofDevices = routes.filter(({ access, method }) => access === 'read-device' && method === 'GET');
    const declared = ofDevices.map(({ url, deviceFrom }) => [url, deviceFrom]);
    expect(declared).toEqual([
      ['/kinds/sourceless/:device_id', undefined],
      ['/events/tail', 'query'],
      ['/check-buffer', 'query'],
      ['/records', 'query'],
      ['/records/:device_id/latest', 'path'],
      ['/records/:device_id/series', 'path'],
      ['/records/:device_id/:record_id', 'path'],
      ['/export', 'query'],
    ]);
  });

  it.each(Object.entries<ReadRoute>(READ_ROUTES))(
    'Every route of the query service is at the gateway with the same declaration: %s',
    (url, route) => {
      const { access, deviceFrom, method = 'GET' } = route;
      expect(routes.find((each) => each.method === method && each.url === url)).toMatchObject({
        access,
        ...(deviceFrom && { deviceFrom }),
      });
    },
  );
});
