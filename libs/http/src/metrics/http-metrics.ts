import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Counter, Histogram, type Registry } from 'prom-client';
import { DURATION_BUCKETS } from '@sluice/observability';

/** Paths that nothing answers are endless in number. */
const UNMATCHED = 'unmatched';

/**
 * Counts and times the requests of an app by the pattern of their path, which has no id in it. What never became a request
 * (no HTTP, a malformed address, headers that are too large) is not among them.
 */
export class HttpMetrics {
  private readonly requests: Counter<'route' | 'status'>;
  private readonly durations: Histogram<'route'>;

  constructor(registry: Registry) {
    this.requests = new Counter({
      name: 'sluice_http_requests_total',
      help: 'Answered requests, by route and status.',
      labelNames: ['route', 'status'],
      registers: [registry],
    });
    this.durations = new Histogram({
      name: 'sluice_http_request_duration_seconds',
      help: 'Time from the headers of a request to the end of its response, by route.',
      labelNames: ['route'],
      buckets: DURATION_BUCKETS,
      registers: [registry],
    });
  }

  /** Call it before the server listens. */
  observe(server: FastifyInstance): void {
    server.addHook('onResponse', (request, reply, done) => {
      this.answered(request, reply);
      done();
    });
  }

  private answered({ routeOptions }: FastifyRequest, { statusCode, elapsedTime }: FastifyReply): void {
    const route = routeOptions.url ?? UNMATCHED;
    this.requests.inc({ route, status: statusCode });
    this.durations.observe({ route }, elapsedTime / 1000);
  }
}
