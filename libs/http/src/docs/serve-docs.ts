import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { openApiDocument } from '@sluice/contracts/openapi';
import { pageHeaders } from '../page-headers.js';
import { serveEvents, type TopicNames } from './serve-events.js';

/** Swagger UI writes styles into its page; its scripts are files. */
const DOCS_HEADERS = pageHeaders({ styles: "'self' 'unsafe-inline'" });

/**
 * Serves the committed description of all paths: `GET /openapi.json`, and a page to try them at `GET /docs`, which needs nothing
 * from elsewhere; and beside it what the topics carry. Call it before the app listens.
 *
 * @param names of the topics. Default: those of the contract
 */
export function serveDocs(app: NestFastifyApplication, names?: TopicNames): void {
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  declareOpen(fastify);
  SwaggerModule.setup('docs', app, openApiDocument as OpenAPIObject, {
    raw: ['json'],
    jsonDocumentUrl: 'openapi.json',
    customSiteTitle: 'Sluice API',
    // The badge of Swagger UI's online validator is the one thing that it would fetch from elsewhere.
    swaggerOptions: { validatorUrl: null },
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.routeOptions.url?.startsWith('/docs')) reply.headers(DOCS_HEADERS);
    done();
  });
  serveEvents(fastify, names);
}

/** Swagger UI registers its own routes, so they cannot declare themselves: the description is the same for every client. */
function declareOpen(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', (route) => {
    if (/^\/(docs(\/.*)?|openapi\.json)$/.test(route.url)) route.config = { ...route.config, access: 'open' };
  });
}
