import type { Socket } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest, onRequestHookHandler } from 'fastify';
import { leaveBodiesUnread, type RouteDeclaration } from '@sluice/http';
import {
  AccessGate,
  clientAddress,
  rateLimitKey,
  listOf,
  LoadShedding,
  Networks,
  readableDevices,
  RateLimits,
  type Refusal,
} from '@sluice/ingest';
import { Tracing } from '@sluice/observability';
import { chargeRead, recordArrival, refuseSpentSender } from './access/charge-requests.js';
import { checkAccess } from './access/check-access.js';
import { allowOrigins } from './cross-origin.js';
import { EndpointDirectory } from './endpoints/endpoint-directory.js';
import { GATEWAY_OPTIONS, type GatewayOptions } from './gateway-options.js';
import { Refusals } from './refusals.js';
import { endTraces, followTrace } from './tracing/request-trace.js';

/** A step before the handler of a request. */
interface Stage {
  hook: onRequestHookHandler;
  /** The routes, selected by their declaration; absent: every request, those for unknown paths included. */
  on?: (route: RouteDeclaration) => boolean;
}

const takesRecords = ({ charge }: RouteDeclaration): boolean => charge === 'records';
const takesNoRecords = (route: RouteDeclaration): boolean => !takesRecords(route);
const isShed = ({ isShed = false }: RouteDeclaration): boolean => isShed;

/**
 * Every stage of a request before its handler, in order. To find out why a request was refused, read {@link stages} from top to
 * bottom, then the handler; `refusals.ts` turns each refusal into its answer.
 */
@Injectable()
export class RequestPipeline {
  constructor(
    @Inject(GATEWAY_OPTIONS) private readonly options: GatewayOptions,
    @Inject(Tracing) private readonly tracing: Tracing,
    @Inject(AccessGate) private readonly gate: AccessGate,
    @Inject(RateLimits) private readonly limits: RateLimits,
    @Inject(EndpointDirectory) private readonly directory: EndpointDirectory,
    @Inject(LoadShedding) private readonly shedding: LoadShedding,
    @Inject(Refusals) private readonly refusals: Refusals,
  ) {}

  /**
   * Before these, libs/http has checked the framing and the host of every request (`bad-request`, `misdirected-request`). A path
   * that does not know the method answers 405 after the stages of every request. After these, the handler of `POST /ingest` refuses
   * by the other headers, by the free capacity (`Ingestion.enter`), by the body and by the records.
   */
  private stages(): Stage[] {
    const { corsOrigins, trustedProxies } = this.options;
    const { tracing, gate, limits, directory, shedding, refusals } = this;
    return [
      // The answer names its request as the log lines do.
      { hook: nameRequest },
      // The log lines of the request name its trace; a share of the requests is traced.
      { hook: followTrace(tracing) },
      // Preflights of allowed origins are answered here: they carry no token.
      ...(corsOrigins === '' ? [] : [{ hook: allowOrigins(corsOrigins) }]),
      // Network, token or certificate, right to the route: `forbidden`, `unauthorized`, `store-unavailable`.
      ...(gate.isWideOpen ? [] : [{ hook: checkAccess(gate, refusals) }]),
      // Limits of reads and streams count by client.
      { on: takesNoRecords, hook: nameClient(trustedProxies) },
      // What the core decides by: sender, priority, declared bytes, trace; and the one charge of the request.
      { on: takesRecords, hook: recordArrival(limits) },
      // A sender that has spent a limit: `rate-limited`. Nothing is charged yet.
      ...(limits.countSenders ? [{ on: takesRecords, hook: refuseSpentSender(refusals) }] : []),
      // Devices see that this endpoint drains before it refuses them.
      { on: takesRecords, hook: announceDraining(directory) },
      // No room for the request: `buffer-full`, `buffer-behind`, `overloaded`, `gateway-busy`, `publish-queue-full`.
      { on: isShed, hook: shedLoad(shedding, refusals) },
    ];
  }

  /** Call it before the routes are registered. */
  attach(fastify: FastifyInstance): void {
    leaveBodiesUnread(fastify);
    endWithinGrace(fastify);
    for (const name of ['sender', 'trace', 'client', 'readable', 'arrival', 'charge']) fastify.decorateRequest(name);
    const stages = this.stages();
    for (const { on, hook } of stages) if (on === undefined) fastify.addHook('onRequest', hook);
    fastify.addHook('onRoute', (route) => {
      const own = stages.filter(({ on }) => on?.(route.config ?? {}));
      route.onRequest = [...own.map(({ hook }) => hook), ...[route.onRequest ?? []].flat()];
    });
    // A read is charged when no stage above has refused it and its path and method exist: `rate-limited`.
    if (this.limits.countSenders) fastify.addHook('preParsing', chargeRead(this.limits, this.refusals));
    endTraces(fastify);
    this.followAccess(fastify);
  }

  /** Streams end when the access that allowed them ends. */
  private followAccess(fastify: FastifyInstance): void {
    const { gate } = this;
    if (gate.isWideOpen) return;
    fastify.decorateRequest('onAccessEnd', function (this: FastifyRequest, listener: (reason: string) => void) {
      return gate.watch(this.sender, listener);
    });
  }
}

/**
 * What was published is answered before the server closes; this long after that, an answer may still be on its way out. Node would
 * wait much longer for connections on which no request was ever completed, and a stop with them.
 */
const CLOSE_GRACE_MS = 2_000;

function endWithinGrace(fastify: FastifyInstance): void {
  fastify.addHook('preClose', (done) => {
    setTimeout(() => fastify.server.closeAllConnections(), CLOSE_GRACE_MS).unref();
    done();
  });
}

const nameRequest: onRequestHookHandler = (request, reply, done) => {
  reply.header('x-request-id', request.id);
  done();
};

/** By its token or certificate if it has shown one, else by its address, of which an IPv6 network of /64 is one. */
function nameClient(trustedProxies: string): onRequestHookHandler {
  const proxies = new Networks(listOf(trustedProxies));
  return (request, _reply, done) => {
    const { raw, sender } = request;
    const forwardedFor = raw.headers['x-forwarded-for'] as string | undefined;
    const address = clientAddress(raw.socket.remoteAddress ?? '', forwardedFor, proxies);
    request.client = sender?.principal?.name ?? rateLimitKey(address);
    if (sender?.principal !== undefined) request.readable = readableDevices(sender.principal);
    done();
  };
}

/** A device that receives the header requests its list again, and has moved before the endpoint refuses it. */
function announceDraining(directory: EndpointDirectory): onRequestHookHandler {
  return ({ headers }, reply, done) => {
    if (directory.isDrainingAt(headers.host)) reply.header('endpoint-draining', 'true');
    done();
  };
}

/** The shortest `Retry-After`: a client that obeys it does not notice that its connection is paused. */
const PAUSE_MS = 1000;

/**
 * Refuses before the body is read: the request has cost its headers and nothing else. A refusal costs a part of what a request
 * costs that is admitted, so where the gateway has more to do than it can, the connection is then not read for a second. Otherwise
 * clients that repeat at once would leave it no time for anything else.
 */
function shedLoad(shedding: LoadShedding, refusals: Refusals): onRequestHookHandler {
  return (request, reply, done) => {
    const refusal = shedding.refusalOf(request.arrival!);
    if (refusal === undefined) return done();
    if (isForWork(refusal)) reply.raw.once('finish', () => setImmediate(pauseReading, request.raw.socket));
    refusals.answer(request, reply, refusal);
  };
}

/** For the other causes, the work of refusing takes nothing from what is admitted. */
function isForWork({ code }: Refusal): boolean {
  return code === 'gateway-busy' || code === 'publish-queue-full';
}

/** Call it after the end of the answer, when Node reads on. */
function pauseReading(socket: Socket): void {
  socket.pause();
  setTimeout(() => socket.resume(), PAUSE_MS).unref();
}
