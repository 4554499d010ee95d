import type { FastifyInstance } from 'fastify';
import { asyncApiFor } from '@sluice/contracts/asyncapi';
import { type AsyncApi, eventsPage } from './events-page.js';

const STYLES = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0; }
main { max-width: 60rem; margin: auto; padding: 1rem; }
h2 { margin-top: 3rem; border-bottom: 1px solid; }
table { width: 100%; margin: 1rem 0; border-collapse: collapse; }
caption { text-align: left; font-weight: bold; }
th, td { padding: 0.3rem 0.6rem; border: 1px solid #8888; text-align: left; vertical-align: top; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.9rem; overflow-wrap: anywhere; }
pre { padding: 1rem; border: 1px solid #8888; overflow-x: auto; }
`;

/** The description is the same for every client. */
const OPEN = { config: { access: 'open' } } as const;

/** What the topics are called here. */
export type TopicNames = NonNullable<Parameters<typeof asyncApiFor>[0]>;

/** Serves the description of the topics: `GET /asyncapi.json`, and a page of it at `GET /docs/events`. */
export function serveEvents(fastify: FastifyInstance, names?: TopicNames): void {
  const document = asyncApiFor(names);
  const page = eventsPage(document as AsyncApi);
  fastify.get('/asyncapi.json', OPEN, (_request, reply) => reply.send(document));
  fastify.get('/docs/events', OPEN, (_request, reply) => reply.type('text/html; charset=utf-8').send(page));
  fastify.get('/docs/events.css', OPEN, (_request, reply) => reply.type('text/css; charset=utf-8').send(STYLES));
}
