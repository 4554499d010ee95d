import { RouteConfig } from '@nestjs/platform-fastify';
import type { AccessKind, RouteAccess } from '@sluice/contracts';

/** What else a route declares. The stages of a request read this, and never compare paths. */
export interface RouteDeclaration extends Partial<RouteAccess> {
  /** A probe is answered to every address: an orchestrator need not be in the allowed networks. */
  isProbe?: boolean;
  /** The methods, separated by commas, that pages of the allowed origins may use. Left out: none. */
  crossOrigin?: string;
  /** What a request is charged with: its records, or one read (left out). Open routes and probes cost nothing. */
  charge?: 'records';
  /** Whether requests are refused early under load. */
  isShed?: boolean;
  /** Whether requests are traced, as far as the sampler selects them. */
  isTraced?: boolean;
}

declare module 'fastify' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type
  interface FastifyContextConfig extends RouteDeclaration {}
}

/** Declares who may call a route. A route without this needs a reader of everything. */
export function Access(access: AccessKind, more: Omit<RouteDeclaration, 'access'> = {}): MethodDecorator {
  return RouteConfig({ access, ...more });
}
