import { METHODS } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import type { OnModuleInit } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods, RouteOptions } from 'fastify';
import type { RouteDeclaration } from './access.js';
import { ProblemError } from './problem-error.js';
import { sendProblem } from './problem.filter.js';

/** A CONNECT never becomes a request of Node's. */
const ALL_METHODS = METHODS.filter((method) => method !== 'CONNECT');

/**
 * Answers what a known path cannot do with 405 and what it can: a 404 would send people looking for another address. It learns the
 * paths as they are registered, and takes the methods that are left when the routers of all modules are there.
 */
export class OtherMethods implements OnModuleInit {
  /** The routes of each path. */
  private readonly taken = new Map<string, RouteOptions[]>();

  constructor(private readonly fastify: FastifyInstance) {
    const missing = ALL_METHODS.filter((method) => !fastify.supportedMethods.includes(method));
    for (const method of missing) fastify.addHttpMethod(method);
    fastify.addHook('onRoute', (route) => this.learn(route));
  }

  onModuleInit(): void {
    for (const [url, routes] of [...this.taken]) this.refuseOthers(url, routes);
  }

  private learn(route: RouteOptions): void {
    this.taken.set(route.url, [...(this.taken.get(route.url) ?? []), route]);
  }

  private refuseOthers(url: string, routes: readonly RouteOptions[]): void {
    const allowed = [...new Set(routes.flatMap(({ method }) => method as string | string[]))];
    const method = ALL_METHODS.filter((name) => !allowed.includes(name)) as HTTPMethods[];
    const allow = allowed.toSorted().join(', ');
    const refuse = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      reply.header('allow', allow);
      sendProblem(reply, request, new ProblemError('method-not-allowed', `This path allows only ${allow}.`));
      return reply;
    };
    // As a hook: whatever the body is, it is not looked at.
    const config = sharedConfig(routes);
    this.fastify.route({ method, url, config, exposeHeadRoute: false, onRequest: refuse, handler: refuse });
  }
}

/**
 * What all routes of a path declare alike of access; where they differ, nothing is declared, which asks for the most. A refusal is no
 * work, so nothing else is declared.
 */
function sharedConfig([first, ...others]: readonly RouteOptions[]): RouteDeclaration {
  const config = accessOf(first?.config);
  return others.every((other) => isDeepStrictEqual(accessOf(other.config), config)) ? config : {};
}

function accessOf({ access, deviceFrom, isProbe, crossOrigin }: RouteDeclaration = {}): RouteDeclaration {
  return {
    ...(access && { access }),
    ...(deviceFrom && { deviceFrom }),
    ...(isProbe && { isProbe }),
    ...(crossOrigin && { crossOrigin }),
  };
}
