import type { FastifyInstance, onRequestHookHandler } from 'fastify';

/**
 * Hooks of `POST /ingest` alone, in this order and behind those of every path: what is asked of records costs nobody else anything.
 * Call it before the routes are registered.
 */
export function beforeIngest(fastify: FastifyInstance, ...hooks: readonly onRequestHookHandler[]): void {
  fastify.addHook('onRoute', (route) => {
    if (route.url === '/ingest' && route.method === 'POST') route.onRequest = [...hooks];
  });
}
