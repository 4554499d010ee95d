import type { SASLOptions } from 'kafkajs';
import type { KafkaLogin } from '@sluice/event-log';
import { clientCredentials } from './oauth-token.js';
import { mskToken } from './msk-token.js';
import { TokenSource } from './token-source.js';

/** The login as KafkaJS takes it. */
export function saslOptions(login: KafkaLogin): SASLOptions {
  if (login.mechanism === 'oauthbearer') return bearer(new TokenSource(() => clientCredentials(login)));
  if (login.mechanism === 'aws-msk-iam') return bearer(new TokenSource(() => mskToken(login.region)));
  // KafkaJS modifies its argument.
  return { ...login };
}

function bearer(source: TokenSource): SASLOptions {
  return { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value: await source.token() }) };
}
