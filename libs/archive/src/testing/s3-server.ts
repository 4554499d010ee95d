import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { CreateBucketCommand, HeadObjectCommand, type HeadObjectCommandOutput, S3Client } from '@aws-sdk/client-s3';
import { defaultsOf } from '@sluice/settings';
import { freePort, until } from '@sluice/test-kit';
import { OBJECT_STORE_SETTINGS, type ObjectStoreConfig } from '../archive.settings.js';

const LOGIN = { accessKeyId: 'test-key', secretAccessKey: 'test-secret' };

/**
 * moto's S3 server, a stand-in for S3 from PyPI.
 *
 * @throws Error if the test run could not install it
 */
export class S3Server {
  readonly #client: S3Client;

  private constructor(
    private readonly program: ChildProcess,
    readonly endpoint: string,
  ) {
    this.#client = new S3Client({ endpoint, region: 'us-east-1', credentials: LOGIN, forcePathStyle: true });
  }

  static async start(): Promise<S3Server> {
    const endpoint = `http://127.0.0.1:${await freePort()}`;
    const program = spawn(join(pythonFolder(), 'moto_server'), ['-p', endpoint.split(':')[2]!], { stdio: 'ignore' });
    const isUp = () =>
      fetch(endpoint).then(
        ({ ok }) => ok,
        () => false,
      );
    await until(isUp);
    return new S3Server(program, endpoint);
  }

  /** Makes a bucket and gives the settings that lead to it. */
  async newBucket(name: string): Promise<ObjectStoreConfig> {
    const config = this.config(name);
    await this.#client.send(new CreateBucketCommand({ Bucket: name }));
    return config;
  }

  /** What the server says of an object. */
  head(bucket: string, key: string): Promise<HeadObjectCommandOutput> {
    return this.#client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
  }

  config(bucket: string): ObjectStoreConfig {
    return {
      ...defaultsOf(OBJECT_STORE_SETTINGS),
      archiveUrl: `s3://${bucket}/some/prefix`,
      archiveS3Endpoint: this.endpoint,
      archiveS3Region: 'us-east-1',
      archiveS3PathStyle: 'true',
      archiveS3AccessKeyId: LOGIN.accessKeyId,
      archiveS3SecretAccessKey: LOGIN.secretAccessKey,
    };
  }

  async stop(): Promise<void> {
    this.#client.destroy();
    this.program.kill();
    await once(this.program, 'exit');
  }
}

/** The folder of the Python tools of the archive: the tier of the engines installs them. @throws Error */
export function pythonFolder(): string {
  const folder = process.env['ARCHIVE_PYTHON'];
  if (folder !== undefined) return folder;
  const why = process.env['ARCHIVE_PYTHON_PROBLEM'] ?? 'run it by: npm test -- --tier engines';
  throw new Error(`moto and DuckDB from PyPI are not installed: ${why}`);
}
