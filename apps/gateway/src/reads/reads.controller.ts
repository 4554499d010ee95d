import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ReadRoute, READ_ROUTES } from '@sluice/contracts';
import { Access } from '@sluice/http';
import { QueryForwarder } from './query-forwarder.js';

/**
 * What the query service shows on the gateway's address; HEAD comes with each. All other paths end here. The query service
 * describes these paths.
 */
@Controller()
@ApiExcludeController()
export class ReadsController {
  constructor(@Inject(QueryForwarder) readonly query: QueryForwarder) {}
}

for (const [path, route] of Object.entries(READ_ROUTES)) addHandler(path, route);

/** A handler for each route, because a route declares its access on its handler. */
function addHandler(path: string, { access, deviceFrom, isStream }: ReadRoute): void {
  const handler = {
    value(this: ReadsController, request: FastifyRequest, reply: FastifyReply): Promise<void> {
      return isStream ? this.query.forwardStream(request, reply) : this.query.forward(request, reply);
    },
    configurable: true,
  };
  const { prototype } = ReadsController;
  Object.defineProperty(prototype, path, handler);
  Req()(prototype, path, 0);
  Res()(prototype, path, 1);
  Get(path)(prototype, path, handler);
  Access(access, deviceFrom === undefined ? {} : { deviceFrom })(prototype, path, handler);
}
