import { Controller, Delete, Get, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  MAX_OPERATE_BODY_BYTES,
  MAX_READ_BODY_BYTES,
  OPERATE_ROUTES,
  type ReadRoute,
  READ_ROUTES,
} from '@sluice/contracts';
import { Access, readJsonBytes } from '@sluice/http';
import { QueryForwarder } from './query-forwarder.js';

const METHODS = { GET: Get, POST: Post, DELETE: Delete };

/**
 * The paths of the query service at the gateway's address; each also answers HEAD. All other paths end here. The query service
 * describes these paths.
 */
@Controller()
@ApiExcludeController()
export class ReadsController {
  constructor(@Inject(QueryForwarder) readonly query: QueryForwarder) {}
}

for (const [path, route] of Object.entries(READ_ROUTES)) addRead(path, route);
for (const route of OPERATE_ROUTES) addOperation(route);

function addRead(path: string, { access, deviceFrom, isStream, method }: ReadRoute): void {
  addHandler(
    `${method ?? 'GET'} ${path}`,
    Access(access, deviceFrom === undefined ? {} : { deviceFrom }),
    async ({ query }, request, reply) => {
      if (isStream) return query.forwardStream(request, reply);
      const isPost = method === 'POST';
      await query.forward(request, reply, isPost ? { json: await readJsonBytes(request, MAX_READ_BODY_BYTES) } : {});
    },
  );
}

function addOperation(route: string): void {
  addHandler(route, Access('operate'), async ({ query }, request, reply) => {
    const { client } = request;
    const isPost = request.method === 'POST';
    await query.forward(request, reply, {
      client,
      ...(isPost && { json: await readJsonBytes(request, MAX_OPERATE_BODY_BYTES) }),
    });
  });
}

type Handler = (controller: ReadsController, request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/**
 * A handler for each route, because a route declares its access on its handler.
 *
 * @param route method and path
 */
function addHandler(route: string, access: MethodDecorator, handle: Handler): void {
  const [method, path] = route.split(' ') as [keyof typeof METHODS, string];
  const handler = {
    value(this: ReadsController, request: FastifyRequest, reply: FastifyReply): Promise<void> {
      return handle(this, request, reply);
    },
    configurable: true,
  };
  const { prototype } = ReadsController;
  Object.defineProperty(prototype, route, handler);
  Req()(prototype, route, 0);
  Res()(prototype, route, 1);
  METHODS[method](path)(prototype, route, handler);
  access(prototype, route, handler);
}
