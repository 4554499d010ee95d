import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import { listOf } from '@sluice/ingest';

const REQUEST_HEADERS =
  'authorization, x-api-key, content-type, content-encoding, idempotency-key, if-none-match, traceparent';
const ANSWER_HEADERS = 'retry-after, date, etag, endpoint-draining, ratelimit, ratelimit-policy, x-request-id';

/** A browser asks again after two hours at most, whatever is said here. */
const PREFLIGHT_SECONDS = 7200;

/**
 * Lets pages of these origins send records (CORS). Cookies are never taken: who sends is said by a token.
 *
 * A hook of ours rather than a plugin: a plugin's hooks come after those of the server itself, and a preflight has to be answered
 * before a token is asked for, since it carries none.
 *
 * @param origins separated by commas, as `Origin` has them, or `*` for all
 */
export function allowOrigins(origins: string): onRequestHookHandler {
  const allowed = new Set(listOf(origins));
  return (request, reply, done) => {
    // What a device in a browser calls declares it. Everything else stays closed to the pages of other origins.
    const methods = request.routeOptions.config.crossOrigin;
    if (methods === undefined) return done();
    reply.header('vary', 'origin');
    const origin = allowedOrigin(request, allowed);
    if (origin === undefined) return done();
    reply.header('access-control-allow-origin', origin);
    if (isPreflight(request)) return answerPreflight(reply, methods);
    reply.header('access-control-expose-headers', ANSWER_HEADERS);
    done();
  };
}

function allowedOrigin({ headers: { origin } }: FastifyRequest, allowed: ReadonlySet<string>): string | undefined {
  if (origin === undefined) return undefined;
  return allowed.has(origin) || allowed.has('*') ? origin : undefined;
}

function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

function answerPreflight(reply: FastifyReply, methods: string): void {
  const headers = {
    'access-control-allow-methods': methods,
    'access-control-allow-headers': REQUEST_HEADERS,
    'access-control-max-age': PREFLIGHT_SECONDS,
  };
  void reply.headers(headers).status(204).send();
}
