import { randomUUID } from 'node:crypto';
import mongoose from 'mongoose';
import type { RecordStoreOptions } from '@sluice/record-store';

/** Databases of a suite on the server that MONGO_URL names; dropped after it. */
export class MongoDatabases {
  private readonly client: mongoose.mongo.MongoClient;
  private readonly names: string[] = [];

  constructor(private readonly serverUrl: string = requireServerUrl()) {
    this.client = new mongoose.mongo.MongoClient(serverUrl);
  }

  /** Options of a store on a separate database. */
  newOptions(timeoutMs = 10_000): RecordStoreOptions {
    const name = `sluice-suite-${randomUUID()}`;
    this.names.push(name);
    const url = new URL(this.serverUrl);
    url.pathname = `/${name}`;
    return { url: url.href, clientId: 'suite', timeoutMs };
  }

  /** The database of these options, without the store. */
  database(options: RecordStoreOptions): mongoose.mongo.Db {
    return this.client.db(new URL(options.url).pathname.slice(1));
  }

  async drop(): Promise<void> {
    for (const name of this.names.splice(0)) await this.client.db(name).dropDatabase();
    await this.client.close();
  }
}

export function requireServerUrl(): string {
  const url = process.env['MONGO_URL'];
  if (url === undefined) throw new Error('Set MONGO_URL to a MongoDB server, for example mongodb://127.0.0.1:27017');
  return url;
}
