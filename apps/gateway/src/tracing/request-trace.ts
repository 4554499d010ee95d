import type { FastifyInstance, FastifyRequest, onRequestHookHandler } from 'fastify';
import type { ArrivalTrace } from '@sluice/ingest';
import { readTraceParent, withinTrace, type Tracing } from '@sluice/observability';
import { IngestSteps } from './ingest-steps.js';

/** The trace that a request belongs to. */
interface RequestTrace extends ArrivalTrace {
  traceId: string;
  steps?: IngestSteps;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** `undefined` for a request that neither names a trace nor is traced here. */
    trace?: RequestTrace;
  }
}

/** Traces a share of the requests to routes that declare it, and lets the log lines of every request name its trace, if it has one. */
export function followTrace(tracing: Tracing): onRequestHookHandler {
  return (request, _reply, done) => {
    const trace = traceOf(request, tracing);
    if (trace === undefined) return done();
    request.trace = trace;
    withinTrace(trace.traceId, done);
  };
}

/** Ends the spans of a request with its answer. */
export function endTraces(fastify: FastifyInstance): void {
  fastify.addHook('onResponse', (request, reply, done) => {
    request.trace?.steps?.answered(reply.statusCode);
    done();
  });
}

function traceOf(request: FastifyRequest, tracing: Tracing): RequestTrace | undefined {
  const { traceparent: header } = request.headers;
  const parent = header === undefined ? undefined : readTraceParent(header);
  // Fastify makes the options of a route again each time that it is asked for them: last, and seldom.
  const isTraced = tracing.samples(parent) && request.routeOptions.config.isTraced === true;
  if (isTraced && tracing.tracer !== undefined) {
    const { method, routeOptions } = request;
    const steps = new IngestSteps(tracing.tracer, parent, { method, route: routeOptions.url! });
    return { traceId: steps.traceId, traceParent: steps.traceParent, steps };
  }
  return parent && { traceId: parent.traceId, traceParent: tracing.handOn(parent) };
}
