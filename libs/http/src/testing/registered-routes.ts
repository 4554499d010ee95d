import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, RouteOptions } from 'fastify';
import type { RouteDeclaration } from '../access.js';

export interface RegisteredRoute extends RouteDeclaration {
  method: string;
  /** The pattern of the path. */
  url: string;
}

/** @returns what gives every route that the app has registered since, those of its libraries included: call it once the app listens */
export function registeredRoutes(app: NestFastifyApplication): () => RegisteredRoute[] {
  const routes: RouteOptions[] = [];
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  fastify.addHook('onRoute', (route) => void routes.push(route));
  // A later hook may still declare something for a route.
  return () =>
    routes.flatMap(({ url, method, config }) => [method].flat().map((each) => ({ ...config, method: each, url })));
}
