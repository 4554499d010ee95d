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

const SEED_RECORD = {
  device_id: 'dev-2',
  timestamp: '2025-09-09T17:00:00Z',
  data_payload: { gene_count: 12, sample_quality: 0.98 },
};

const DESCRIPTION =
  'The way device data gets in, and how people read what became of it. Every refusal is an `application/problem+json` with ' +
  'a stable `code`. Not listed with each path, because any may answer it: 400 `bad-request` for what is no HTTP or no ' +
  'address, 405 `method-not-allowed` with `Allow`, 408 `request-timeout` and 431 `headers-too-large`.';
const TOKEN = 'Needed where the gateway runs with AUTH=tokens; `npm run tokens -- create` makes one.';

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
    .setVersion('0.1.0')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .setExternalDoc('What is on the topics: AsyncAPI', '/docs/events')
    .addTag('writing', 'Devices send records.')
    .addTag('reading', 'People see what waits and what is stored.')
    .addTag('operating', 'Operators read, discard and redrive dead letters.')
    .addTag('service', 'What operators and machines ask.')
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
