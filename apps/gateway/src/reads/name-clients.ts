import type { FastifyInstance } from 'fastify';
import { clientAddress, countedAs, listOf, Networks } from '@sluice/ingest';

/**
 * Names the client of every request but those of devices, for limits of a client: by its token or certificate where it has shown one,
 * else by its address, of which an IPv6 network of /64 is one. Call it behind the gate, which finds out about tokens and certificates.
 */
export function nameClients(fastify: FastifyInstance, { trustedProxies }: { trustedProxies: string }): void {
  const proxies = new Networks(listOf(trustedProxies));
  fastify.decorateRequest('client');
  fastify.addHook('onRequest', (request, _reply, done) => {
    const { raw, sender } = request;
    if (raw.method !== 'POST') {
      const forwardedFor = raw.headers['x-forwarded-for'] as string | undefined;
      const address = clientAddress(raw.socket.remoteAddress ?? '', forwardedFor, proxies);
      request.client = sender?.principal?.name ?? countedAs(address);
    }
    done();
  });
}
