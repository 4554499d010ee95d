import type { FastifyInstance, FastifyRequest } from 'fastify';
import { readTraceParent, withinTrace, type Tracing } from '@sluice/observability';
import { IngestSteps } from './ingest-steps.js';

/** The trace that a request belongs to. */
export interface RequestTrace {
  traceId: string;
  /** The header `traceparent` of the records that it brings. */
  traceParent: string;
  /** Left out where it is not traced here. */
  steps?: IngestSteps;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** `undefined` for a request that neither names a trace nor is traced here. */
    trace?: RequestTrace;
  }
}

/** Traces a share of the requests to `/ingest`, and lets the log lines of every request name its trace, where it has one. */
export function followTraces(fastify: FastifyInstance, tracing: Tracing): void {
  fastify.decorateRequest('trace');
  fastify.addHook('onRequest', (request, _reply, done) => {
    const trace = traceOf(request, tracing);
    if (trace === undefined) return done();
    request.trace = trace;
    withinTrace(trace.traceId, done);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    request.trace?.steps?.answered(reply.statusCode);
    done();
  });
}

function traceOf(request: FastifyRequest, tracing: Tracing): RequestTrace | undefined {
  const { method, headers } = request;
  const { traceparent: header } = headers;
  const parent = header === undefined ? undefined : readTraceParent(header);
  // Fastify makes the options of a route anew each time that it is asked for them: last, and seldom.
  const isTraced = method === 'POST' && tracing.samples(parent) && request.routeOptions.url === '/ingest';
  if (isTraced && tracing.tracer !== undefined) {
    const steps = new IngestSteps(tracing.tracer, parent);
    return { traceId: steps.traceId, traceParent: steps.traceParent, steps };
  }
  return parent && { traceId: parent.traceId, traceParent: tracing.handOn(parent) };
}
