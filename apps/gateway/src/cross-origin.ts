import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import { listOf } from '@sluice/ingest';

const REQUEST_HEADERS =
  'authorization, x-api-key, content-type, content-encoding, idempotency-key, if-none-match, traceparent';
const ANSWER_HEADERS = 'retry-after, date, etag, endpoint-draining, ratelimit, ratelimit-policy, x-request-id';

/** A browser repeats the preflight after two hours at most, whatever this value is. */
const PREFLIGHT_SECONDS = 7200;

/**
 * Allows pages of these origins to send records (CORS). Cookies are never used: a token identifies the sender.
 *
 * A hook and not a plugin: a plugin's hooks run after those of the server itself, and a preflight has to be answered
 * before a token is required, because it has none.
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
