import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { uuidV7 } from '@sluice/contracts';
import type { Logger } from '@sluice/observability';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The id that names a request in the log.
 *
 * @param isForwarded whether one of our gateways forwards the request and has assigned an id: then both logs use the same id. No other
 *   client may choose it
 */
export function requestIdOf({ headers }: { headers: IncomingHttpHeaders }, isForwarded: boolean): string {
  const given = isForwarded ? headers['x-request-id'] : undefined;
  return typeof given === 'string' && UUID.test(given) ? given : uuidV7(Date.now());
}

/** One line at `debug` for each answer: the pattern of its path, which has no id in it, never a body or a query string. */
export function logRequests(server: FastifyInstance, logger: Logger): void {
  server.addHook('onResponse', ({ id: requestId, method, routeOptions }, { statusCode: status, elapsedTime }, done) => {
    if (logger.isLevelEnabled('debug')) {
      const durationMs = Math.round(elapsedTime * 10) / 10;
      logger.debug({ requestId, method, route: routeOptions.url, status, durationMs }, 'answered');
    }
    done();
  });
}
