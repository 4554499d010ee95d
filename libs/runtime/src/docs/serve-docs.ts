import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { openApiDocument } from '#contracts/openapi';
import { pageHeaders } from '../page-headers.js';
import { serveEvents } from './serve-events.js';

/** Swagger UI writes styles into its page; its scripts are files. */
const DOCS_HEADERS = pageHeaders({ styles: "'self' 'unsafe-inline'" });

/**
 * Serves the committed description of all paths: `GET /openapi.json`, and a page to try them at `GET /docs`, which needs nothing
 * from elsewhere; and beside it what the topics carry. Call it before the app listens.
 */
export function serveDocs(app: NestFastifyApplication): void {
  SwaggerModule.setup('docs', app, openApiDocument as OpenAPIObject, {
    raw: ['json'],
    jsonDocumentUrl: 'openapi.json',
    customSiteTitle: 'Sluice API',
    // The badge of Swagger UI's online validator is the one thing that it would fetch from elsewhere.
    swaggerOptions: { validatorUrl: null },
  });
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.routeOptions.url?.startsWith('/docs')) reply.headers(DOCS_HEADERS);
    done();
  });
  serveEvents(fastify);
}
