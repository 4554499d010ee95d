import type { FastifyRequest, onRequestHookHandler, preParsingHookHandler } from 'fastify';
import { type Arrival, type Charge, type Cost, declaredCost, type RateLimits } from '@sluice/ingest';
import type { Refusals } from '../refusals.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The properties of the request that the core uses; on routes that accept records. */
    arrival?: Arrival;
    /** The cost of the request for its sender: one object for the whole request; on routes that accept records. */
    charge?: Charge;
  }
}

const ONE_READ: Cost = { reads: 1 };

/** Attaches the properties that the core uses, and the single charge of the request. */
export function recordArrival(limits: RateLimits): onRequestHookHandler {
  return (request, _reply, done) => {
    const arrival = arrivalOf(request);
    request.arrival = arrival;
    request.charge = limits.chargeOf(arrival);
    done();
  };
}

function arrivalOf({ raw: { headers }, sender, trace }: FastifyRequest): Arrival {
  return {
    principal: sender?.principal,
    address: sender?.address ?? '',
    // Where the header is there more than once, Node has joined its values with commas.
    priority: headers['priority'] as string | undefined,
    declaredBytes: Number(headers['content-length'] ?? 0),
    trace,
  };
}

/**
 * Refuses a sender that has used up a limit, before any other check of the request. Charges nothing, because the request may still
 * be refused for another reason.
 */
export function refuseSpentSender(refusals: Refusals): onRequestHookHandler {
  return (request, reply, done) => {
    const [charge, cost] = [request.charge!, declaredCost(request.arrival!)];
    const refusal = charge.refusalOf(cost);
    if (refusal === undefined) return done();
    reply.headers(charge.headers(cost));
    refusals.answer(request, reply, refusal);
  };
}

/**
 * Charges every read one read, after all hooks that may refuse it: an unknown path, another method or a missing right costs
 * nothing.
 */
export function chargeRead(limits: RateLimits, refusals: Refusals): preParsingHookHandler {
  return (request, reply, payload, done) => {
    const { sender, is404 } = request;
    // Routes without a sender are probes and descriptions.
    if (is404 || sender === undefined || request.charge !== undefined) return done(null, payload);
    const charge = limits.chargeOf(sender);
    const leased = charge.prepare(ONE_READ);
    const decide = (): void => {
      const refusal = charge.reserve(ONE_READ);
      reply.headers(charge.headers(ONE_READ));
      if (refusal === undefined) done(null, payload);
      else refusals.answer(request, reply, refusal);
    };
    if (leased === undefined) decide();
    else void leased.then(decide, done);
  };
}
