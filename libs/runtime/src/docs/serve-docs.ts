import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { openApiDocument } from '#contracts/openapi';

/**
 * Serves the committed description of all paths: `GET /openapi.json`, and a page to try them at `GET /docs`, which needs nothing
 * from elsewhere. Call it before the app listens.
 */
export function serveDocs(app: NestFastifyApplication): void {
  SwaggerModule.setup('docs', app, openApiDocument as OpenAPIObject, {
    raw: ['json'],
    jsonDocumentUrl: 'openapi.json',
    customSiteTitle: 'Sluice API',
    // The badge of Swagger UI's online validator is the one thing that it would fetch from elsewhere.
    swaggerOptions: { validatorUrl: null },
  });
}
