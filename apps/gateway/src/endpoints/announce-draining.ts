import type { onRequestHookHandler } from 'fastify';
import type { EndpointDirectory } from './endpoint-directory.js';

/** A device that sees it asks for its list again, and has moved before the endpoint refuses it. */
const DRAINING_HEADER = 'endpoint-draining';

/** Answers to records say so when the endpoint at which they came in drains. */
export function announceDraining(directory: EndpointDirectory): onRequestHookHandler {
  return ({ headers }, reply, done) => {
    if (directory.isDrainingAt(headers.host)) reply.header(DRAINING_HEADER, 'true');
    done();
  };
}
