import type { Readable } from 'node:stream';
import { Readable as ReadableStream } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  S3Client,
  type PutObjectCommandInput,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { type ArchiveError } from '../archive-error.js';
import type { ObjectStoreConfig } from '../archive.settings.js';
import { ObjectStore, type ObjectTag, type StoredObject } from '../object-store.js';
import type { SpoolFile } from '../spool-file.js';
import { explainS3 } from './s3-errors.js';

/** Objects up to one part go up in one request. At least 5 MiB; S3 takes 10,000 parts. */
const PART_BYTES = 8 * 1024 * 1024;
/** Parts of one object in memory at a time. */
const PARTS_AT_A_TIME = 2;
const CONNECT_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer troubles are the caller's to wait for. */
const ATTEMPTS = 2;

/**
 * Objects in a bucket of S3, or of a store with the same protocol. Every part has a checksum, which the store compares (CRC-32). What a
 * killed process leaves of a multipart upload is not visible; a lifecycle rule of the bucket removes it.
 */
export class S3ObjectStore extends ObjectStore {
  readonly location: string;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #client: S3Client;
  readonly #options: Partial<PutObjectCommandInput>;
  readonly #isConditional: boolean;

  constructor(config: ObjectStoreConfig) {
    super();
    const [bucket, ...folders] = config.archiveUrl.slice('s3://'.length).split('/');
    this.#bucket = bucket!;
    const prefix = folders.filter((folder) => folder !== '').join('/');
    this.#prefix = prefix === '' ? '' : `${prefix}/`;
    this.location = `s3://${this.#bucket}/${this.#prefix}`;
    this.#client = new S3Client(clientConfig(config));
    this.#options = objectOptions(config);
    this.#isConditional = config.archiveS3ConditionalWrites === 'required';
  }

  async check(): Promise<void> {
    try {
      await this.#client.send(new HeadBucketCommand({ Bucket: this.#bucket }));
    } catch (error) {
      if (isNotFound(error))
        throw this.explained(Object.assign(new Error('', { cause: error }), { name: 'NoSuchBucket' }));
      throw this.explained(error);
    }
  }

  async tagOf(key: string): Promise<ObjectTag | undefined> {
    try {
      return (await this.#client.send(new HeadObjectCommand(this.at(key)))).ETag;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw this.explained(error);
    }
  }

  async put(key: string, file: SpoolFile, expected: ObjectTag | undefined, signal: AbortSignal): Promise<void> {
    const condition = expected === undefined ? { IfNoneMatch: '*' } : { IfMatch: expected };
    const upload = new Upload({
      client: this.#client,
      params: {
        ...this.at(key),
        ...this.#options,
        ...(this.#isConditional && condition),
        Body: ReadableStream.from(file.chunks(), { objectMode: false }),
      },
      partSize: PART_BYTES,
      queueSize: PARTS_AT_A_TIME,
    });
    const abort = (): void => void upload.abort();
    signal.addEventListener('abort', abort, { once: true });
    try {
      signal.throwIfAborted();
      await upload.done();
    } catch (error) {
      throw this.explained(error);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  async *list(prefix: string): AsyncIterable<StoredObject> {
    for (let token: string | undefined, isFirst = true; isFirst || token !== undefined; isFirst = false) {
      const page = await this.page(prefix, token);
      for (const { Key: key = '', Size: bytes = 0, LastModified: storedAt } of page.Contents ?? [])
        yield { key: key.slice(this.#prefix.length), bytes, storedAtMs: storedAt?.getTime() ?? 0 };
      token = page.NextContinuationToken;
    }
  }

  async read(key: string): Promise<Readable> {
    try {
      const { Body: body } = await this.#client.send(new GetObjectCommand(this.at(key)));
      return body as Readable;
    } catch (error) {
      throw this.explained(error);
    }
  }

  async remove(key: string): Promise<void> {
    try {
      await this.#client.send(new DeleteObjectCommand(this.at(key)));
    } catch (error) {
      throw this.explained(error);
    }
  }

  close(): void {
    this.#client.destroy();
  }

  private async page(prefix: string, token: string | undefined) {
    const place = { Bucket: this.#bucket, Prefix: this.#prefix + prefix };
    try {
      return await this.#client.send(
        new ListObjectsV2Command({ ...place, ...(token && { ContinuationToken: token }) }),
      );
    } catch (error) {
      throw this.explained(error);
    }
  }

  private at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#bucket, Key: this.#prefix + key };
  }

  private explained(error: unknown): ArchiveError {
    return explainS3(error, { bucket: this.#bucket, location: this.location });
  }
}

function clientConfig(config: ObjectStoreConfig): S3ClientConfig {
  const { archiveS3Endpoint: endpoint, archiveS3Region: region, archiveS3PathStyle } = config;
  const { archiveS3AccessKeyId: accessKeyId, archiveS3SecretAccessKey: secretAccessKey } = config;
  const { archiveS3SessionToken: sessionToken } = config;
  const login = { accessKeyId, secretAccessKey, ...(sessionToken !== '' && { sessionToken }) };
  return {
    ...(endpoint !== '' && { endpoint }),
    ...(region !== '' && { region }),
    ...(accessKeyId !== '' && { credentials: login }),
    forcePathStyle: archiveS3PathStyle === 'true',
    maxAttempts: ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
  };
}

function objectOptions(config: ObjectStoreConfig): Partial<PutObjectCommandInput> {
  const { archiveS3Encryption, archiveS3KmsKeyId, archiveS3StorageClass } = config;
  return {
    ...(archiveS3Encryption !== 'bucket' && { ServerSideEncryption: archiveS3Encryption }),
    ...(archiveS3KmsKeyId !== '' && { SSEKMSKeyId: archiveS3KmsKeyId }),
    StorageClass: archiveS3StorageClass,
    ChecksumAlgorithm: 'CRC32',
  };
}

function isNotFound(error: unknown): boolean {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 404;
}
