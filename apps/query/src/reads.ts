import { type ReadRoute, READ_ROUTES } from '@sluice/contracts';
import { Access } from '@sluice/http';

/** Declares who may call a route of the query service. The gateway declares the same for the route that it forwards. */
export function Reads(path: keyof typeof READ_ROUTES): MethodDecorator {
  const { access, deviceFrom }: ReadRoute = READ_ROUTES[path];
  return Access(access, deviceFrom === undefined ? {} : { deviceFrom });
}
