import { METHODS } from 'node:http';
import type { OnModuleInit } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { ProblemError } from './problem-error.js';
import { sendProblem } from './problem.filter.js';

/** A CONNECT never becomes a request of Node's. */
const ALL_METHODS = METHODS.filter((method) => method !== 'CONNECT');

/**
 * Answers what a known path cannot do with 405 and what it can: a 404 would send people looking for another address. It learns the
 * paths as they are registered, and takes the methods that are left when the routers of all modules are there.
 */
export class OtherMethods implements OnModuleInit {
  private readonly taken = new Map<string, Set<string>>();

  constructor(private readonly fastify: FastifyInstance) {
    const missing = ALL_METHODS.filter((method) => !fastify.supportedMethods.includes(method));
    for (const method of missing) fastify.addHttpMethod(method);
    fastify.addHook('onRoute', ({ url, method }) => this.learn(url, [method].flat()));
  }

  onModuleInit(): void {
    for (const [url, methods] of [...this.taken]) this.refuseAllBut(url, [...methods]);
  }

  private learn(url: string, methods: readonly string[]): void {
    this.taken.set(url, new Set([...(this.taken.get(url) ?? []), ...methods]));
  }

  private refuseAllBut(url: string, allowed: readonly string[]): void {
    const method = ALL_METHODS.filter((name) => !allowed.includes(name)) as HTTPMethods[];
    const allow = allowed.toSorted().join(', ');
    const refuse = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      reply.header('allow', allow);
      sendProblem(reply, request, new ProblemError('method-not-allowed', `This path takes ${allow} only.`));
      return reply;
    };
    // As a hook: whatever the body is, it is not looked at.
    this.fastify.route({ method, url, exposeHeadRoute: false, onRequest: refuse, handler: refuse });
  }
}
