import { readFileSync } from 'node:fs';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { EventLog, EventPublisher } from '@sluice/event-log';
import { GATEWAY_MODULE_SETTINGS, GatewayModule } from '@sluice/gateway';
import { QueryModule } from '@sluice/query';
import { RecordStore } from '@sluice/record-store';
import { Clock } from '@sluice/async';
import { ReadTurns } from '@sluice/http';
import { LOGGER, Tracing } from '@sluice/observability';
import { Lifecycle } from '@sluice/process';
import { defaultsOf } from '@sluice/settings';
import { withPayload } from './payload-schemas.js';
import { SERVICE_PATHS } from './service-paths.js';

const { version: VERSION } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

const SEED_RECORD = {
  device_id: 'dev-2',
  timestamp: '2025-09-09T17:00:00Z',
  data_payload: { gene_count: 12, sample_quality: 0.98 },
};

const DESCRIPTION =
  'Accepts records of devices, and shows where each record is: buffered, stored or dead-lettered. Every refusal is an ' +
  '`application/problem+json` with a stable `code`. These are not listed for each path, because every path may return them: ' +
  '400 `bad-request` for malformed HTTP or a malformed URI, 405 `method-not-allowed` with `Allow`, 408 `request-timeout` and ' +
  '431 `headers-too-large`.';
const TOKEN = 'Needed if the gateway runs with AUTH=tokens; `sluice tokens create` creates one.';

/** Named, and never used: nothing is instantiated for a description. */
const ENGINES = [EventLog, EventPublisher, RecordStore, Clock, Lifecycle, LOGGER, ReadTurns, Tracing].map((token) => ({
  provide: token,
  useValue: {},
}));

@Module({
  imports: [
    { module: class EnginesModule {}, global: true, providers: ENGINES, exports: ENGINES },
    GatewayModule.forRoot(defaultsOf(GATEWAY_MODULE_SETTINGS)),
    QueryModule.forRoot(),
  ],
})
class DescribedModule {}

/** The description of all paths of port 8000, from the decorators of the controllers behind them. Nothing is started. */
export async function describeApi(): Promise<OpenAPIObject> {
  const app = await NestFactory.create(DescribedModule, new FastifyAdapter(), { preview: true, logger: false });
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.1')
    .setTitle('Sluice')
    .setDescription(DESCRIPTION)
    .setVersion(VERSION)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .setExternalDoc('The events on the topics: AsyncAPI', '/docs/events')
    .addTag('writing', 'Devices send records.')
    .addTag('reading', 'Readers see buffered and stored records.')
    .addTag('operating', 'Operators read, discard and redrive dead letters.')
    .addTag('service', 'Health, metrics and descriptions.')
    .addBearerAuth({ type: 'http', bearerFormat: 'sluice_<id>_<secret>_<checksum>', description: TOKEN }, 'token')
    .addSecurityRequirements({})
    .addSecurityRequirements('token')
    .build();
  const { paths, components, ...document } = SwaggerModule.createDocument(app, config, {
    autoTagControllers: false,
    operationIdFactory: (_controller, method) => method,
  });
  return {
    ...document,
    components: { ...components, schemas: withPayload(components!.schemas!) },
    paths: { ...paths, ...SERVICE_PATHS, '/ingest': withLines(paths['/ingest']!) },
  };
}

/** Decorators give every media type of a body one schema; a body of lines is a text. */
function withLines({ post }: OpenAPIObject['paths'][string]): OpenAPIObject['paths'][string] {
  const { content } = post!.requestBody as { content: Record<string, object> };
  // In words: tools take an example of a media type for one that they can write, and few can write lines.
  const example = `for example \`${JSON.stringify(SEED_RECORD)}\` and a line end`;
  const schema = { type: 'string', description: `One DeviceReport on each line, ${example}.` };
  return {
    post: { ...post!, requestBody: { content: { ...content, 'application/x-ndjson': { schema } }, required: true } },
  };
}
