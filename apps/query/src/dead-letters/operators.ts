import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { CLIENT_HEADER } from '@sluice/contracts';

/** Injection token: whether requests come from our gateway. */
export const FORWARDED_CLIENTS = Symbol('ForwardedClients');
const MAX_NAME_LENGTH = 256;

/** Names the sender of a request. */
@Injectable()
export class Operators {
  constructor(@Inject(FORWARDED_CLIENTS) private readonly areForwarded: boolean) {}

  /** The name of a token or certificate, such as `token 4f9a1c02b7e3`; where access is open, the address. */
  nameOf({ client, headers, ip }: FastifyRequest): string {
    const forwarded = this.areForwarded ? headers[CLIENT_HEADER] : undefined;
    const name = typeof forwarded === 'string' ? decoded(forwarded) : (client ?? ip);
    return name.slice(0, MAX_NAME_LENGTH);
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
