import type { FastifyRequest, onRequestHookHandler } from 'fastify';
import type { AccessGate, AccessRequest, Sender, ShownCertificate } from '@sluice/ingest';
import type { Refusals } from '../refusals.js';
import { certificateOn } from './client-certificate.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The sender and its address; `undefined` on routes without credentials, and where nothing restricts access. */
    sender?: Sender;
  }
}

/** Asks the gate about every request of the server, those of other modules and of unknown paths included. */
export function checkAccess(gate: AccessGate, refusals: Refusals): onRequestHookHandler {
  return (request, reply, done) => {
    const asked = new HttpAccessRequest(request);
    const answer = gate.admit(asked);
    if (answer.refusal === undefined) {
      if (answer.sender !== undefined) request.sender = answer.sender;
      return done();
    }
    // Another request on this connection would show the same certificate.
    if (gate.refusesCertificateOf(asked)) reply.header('connection', 'close');
    refusals.answer(request, reply, answer.refusal);
  };
}

/** A request of Fastify as the gate sees it. */
class HttpAccessRequest implements AccessRequest {
  readonly route: AccessRequest['route'];

  constructor(private readonly request: FastifyRequest) {
    // Fastify makes the options of a route again each time that it is asked for them.
    this.route = request.routeOptions.config;
  }

  get peer(): string {
    return this.connection.remoteAddress ?? '';
  }

  get forwardedFor(): string | undefined {
    // Where the header is there more than once, Node has joined its values with commas.
    return this.request.raw.headers['x-forwarded-for'] as string | undefined;
  }

  get authorization(): string | undefined {
    const { authorization, 'x-api-key': apiKey } = this.request.headers;
    return authorization ?? (typeof apiKey === 'string' ? `Bearer ${apiKey}` : undefined);
  }

  get connection(): FastifyRequest['raw']['socket'] {
    return this.request.raw.socket;
  }

  /** `undefined` if the parameter is missing or repeated: then all devices are requested. */
  get deviceId(): string | undefined {
    const { deviceFrom } = this.route;
    if (deviceFrom === undefined) return undefined;
    const { params, query } = this.request;
    const { device_id: deviceId } = (deviceFrom === 'path' ? params : query) as { device_id?: unknown };
    return typeof deviceId === 'string' ? deviceId : undefined;
  }

  certificateAt(nowMs: number): ShownCertificate {
    return certificateOn(this.connection, nowMs);
  }
}
