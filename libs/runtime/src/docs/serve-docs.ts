import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
// Data that was made from the apps: no part of the code of contracts, which knows nothing of paths.
// eslint-disable-next-line sluice/imports
import openApi from '../../../contracts/openapi/openapi.json' with { type: 'json' };

/**
 * Serves the committed description of all paths: `GET /openapi.json`, and a page to try them at `GET /docs`, which needs nothing
 * from elsewhere. Call it before the app listens.
 */
export function serveDocs(app: NestFastifyApplication): void {
  SwaggerModule.setup('docs', app, openApi as unknown as OpenAPIObject, {
    raw: ['json'],
    jsonDocumentUrl: 'openapi.json',
    customSiteTitle: 'Sluice API',
    // The badge of Swagger UI's online validator is the one thing that it would fetch from elsewhere.
    swaggerOptions: { validatorUrl: null },
  });
}
