import { EventLogError } from '@sluice/event-log';
import type { BearerToken } from './token-source.js';

/** A token for Amazon MSK: a request that is signed with the credentials of this process and never sent. */
export async function mskToken(region: string): Promise<BearerToken> {
  const { generateAuthToken } = await signer();
  const { token, expiryTime } = await generateAuthToken({ region });
  return { value: token, expiresAtMs: expiryTime };
}

/** Large, and needed on MSK only: a consumer installs it beside this package. */
async function signer() {
  try {
    return await import('aws-msk-iam-sasl-signer-js');
  } catch (error) {
    const message =
      'The login aws-msk-iam needs the package aws-msk-iam-sasl-signer-js; install it beside @sluice/event-log-kafka.';
    throw new EventLogError('fatal', message, { cause: error });
  }
}
