import { ArchiveError, asArchiveError, type ArchiveErrorCode } from '../archive-error.js';

/** What an error of the AWS SDK has, as far as it is used here. */
interface SdkError {
  name?: string;
  code?: string;
  message?: string;
  Code?: string;
  $metadata?: { httpStatusCode?: number };
  cause?: unknown;
  errors?: unknown[];
}

const BY_NAME: Readonly<Record<string, ArchiveErrorCode>> = {
  NoSuchBucket: 'bucket-missing',
  AccessDenied: 'denied',
  AllAccessDisabled: 'denied',
  InvalidAccessKeyId: 'denied',
  SignatureDoesNotMatch: 'denied',
  ExpiredToken: 'denied',
  InvalidToken: 'denied',
  PermanentRedirect: 'wrong-region',
  AuthorizationHeaderMalformed: 'wrong-region',
  IllegalLocationConstraintException: 'wrong-region',
  RequestTimeTooSkewed: 'clock-skew',
  CredentialsProviderError: 'no-credentials',
  PreconditionFailed: 'conflict',
  ConditionalRequestConflict: 'conflict',
  NotImplemented: 'unsupported',
  XMinioStorageFull: 'full',
  TimeoutError: 'timeout',
  AbortError: 'timeout',
};

const BY_STATUS: Readonly<Record<number, ArchiveErrorCode>> = {
  301: 'wrong-region',
  403: 'denied',
  409: 'conflict',
  412: 'conflict',
  501: 'unsupported',
  507: 'full',
};

const NETWORK =
  /\b(?:ECONN[A-Z]+|ENOTFOUND|EAI_[A-Z]+|EHOST[A-Z]+|ENET[A-Z]+|EPIPE|ETIMEDOUT|CERT_[A-Z_]+|DEPTH_ZERO[A-Z_]+|SELF_SIGNED[A-Z_]+|UNABLE_TO_[A-Z_]+)\b/;

interface Names {
  bucket: string;
  location: string;
}

/** One sentence for each cause: what is wrong and what to do. */
const SENTENCES: Partial<Record<ArchiveErrorCode, (names: Names) => string>> = {
  'bucket-missing': ({ bucket }) => `The bucket ${bucket} does not exist: create it, or correct ARCHIVE_URL.`,
  denied: ({ bucket }) =>
    `S3 refuses this login for the bucket ${bucket}: it needs s3:PutObject, s3:GetObject, s3:ListBucket and s3:AbortMultipartUpload.`,
  'wrong-region': ({ bucket }) =>
    `The bucket ${bucket} is in another region: set ARCHIVE_S3_REGION to the region of the bucket.`,
  'clock-skew': () => 'S3 refuses requests because the clock of this machine is wrong by minutes: correct the clock.',
  full: ({ location }) => `The object store of ${location} is full: make room in it.`,
  unreachable: ({ location }) =>
    `The object store of ${location} does not answer: see whether ARCHIVE_S3_ENDPOINT and the network are right.`,
  timeout: ({ location }) => `The object store of ${location} did not answer in time.`,
  'no-credentials': () =>
    'No AWS credentials were found: set ARCHIVE_S3_ACCESS_KEY_ID and ARCHIVE_S3_SECRET_ACCESS_KEY, or what the AWS tools read.',
  conflict: ({ location }) => `Another writer has replaced an object in ${location} meanwhile.`,
  unsupported: ({ location }) =>
    `The object store of ${location} does not support conditional writes: see ARCHIVE_S3_CONDITIONAL_WRITES.`,
};

/** @returns an error with the cause and the fix; no key and no signature is in its message */
export function explainS3(error: unknown, names: Names): ArchiveError {
  if (error instanceof ArchiveError) return error;
  const code = codeOf(error as SdkError);
  const sentence = code && SENTENCES[code];
  if (sentence === undefined) return asArchiveError(error);
  return new ArchiveError(code!, sentence(names), { cause: error });
}

function codeOf(error: SdkError): ArchiveErrorCode | undefined {
  const byName = BY_NAME[error.Code ?? ''] ?? BY_NAME[error.name ?? ''];
  if (byName !== undefined) return byName;
  const status = error.$metadata?.httpStatusCode;
  if (status !== undefined && BY_STATUS[status] !== undefined) return BY_STATUS[status];
  if (NETWORK.test(`${error.code} ${error.message}`) || (status !== undefined && status >= 500)) return 'unreachable';
  const inner = error.errors?.[0] ?? error.cause;
  return inner === undefined || inner === error ? undefined : codeOf(inner as SdkError);
}
