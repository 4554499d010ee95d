import { RouteConfig } from '@nestjs/platform-fastify';
import type { AccessKind, RouteAccess } from '@sluice/contracts';

/** What else a route declares. */
export interface RouteDeclaration extends Partial<RouteAccess> {
  /** A probe is answered to every address: an orchestrator need not be in the allowed networks. */
  isProbe?: boolean;
  /** The methods, separated by commas, that pages of the allowed origins may use. Left out: none. */
  crossOrigin?: string;
}

declare module 'fastify' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type
  interface FastifyContextConfig extends RouteDeclaration {}
}

/** Declares who may call a route. A route without this needs a reader of everything. */
export function Access(access: AccessKind, more: Omit<RouteDeclaration, 'access'> = {}): MethodDecorator {
  return RouteConfig({ access, ...more });
}
