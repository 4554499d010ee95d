import type { StoreExamination, StoreUse } from '@sluice/record-store';
import type { MongoDatabase } from './mongo-connection.js';

/** https://www.mongodb.com/docs/manual/reference/privilege-actions/ */
type Action =
  'find' | 'insert' | 'update' | 'remove' | 'createCollection' | 'createIndex' | 'listIndexes' | 'dropIndex';

interface Privilege {
  resource: { db?: string; collection?: string; anyResource?: boolean };
  actions: string[];
}

interface Need {
  collection: string;
  actions: readonly Action[];
  /** What does not work without it. Left out: the service does not work without it. */
  otherwise?: string;
}

const TOKEN_COLLECTIONS = ['tokens', 'token_revisions'];
const CHANGE: readonly Action[] = ['find', 'insert', 'update'];

const needed = (actions: readonly Action[], ...collections: string[]): Need[] =>
  collections.map((collection) => ({ collection, actions }));
const wanted = (otherwise: string, actions: readonly Action[], ...collections: string[]): Need[] =>
  collections.map((collection) => ({ collection, actions, otherwise }));

/** The actions of each use, by collection. docs/operations/own-engines.md shows the same table. */
function needsOf(use: StoreUse, records: string): readonly Need[] {
  switch (use) {
    case 'write':
      return needed(['find', 'insert'], records);
    case 'read':
      return [
        ...needed(['find'], records),
        ...wanted('dead letters are shown, but not discarded or redriven', CHANGE, 'dispositions', 'redrives', 'audit'),
        ...wanted('old plans of redrives are kept for ever', ['remove'], 'redrives'),
      ];
    case 'tokens':
      return [
        ...needed(['find'], ...TOKEN_COLLECTIONS),
        ...wanted('devices cannot claim tokens by a code', ['insert', 'update'], ...TOKEN_COLLECTIONS),
        ...wanted('sluice tokens list shows no last use', ['insert', 'update'], 'token_uses'),
      ];
    case 'prepare':
      return [
        ...needed(['createCollection', 'createIndex', 'listIndexes', 'dropIndex'], records),
        ...needed(CHANGE, ...TOKEN_COLLECTIONS),
        ...wanted('sluice tokens list shows no last use', ['find'], 'token_uses'),
        ...wanted('sluice move does not resume after an interruption', CHANGE, 'moves'),
      ];
  }
}

/** Asks the server for the privileges of this login, and its clock. */
export async function examineRights(
  database: MongoDatabase,
  records: string,
  use: StoreUse,
): Promise<StoreExamination> {
  const skewMs = await clockSkewMs(database);
  const clock = skewMs === undefined ? {} : { skewMs };
  const authInfo = await authInfoOf(database);
  if (authInfo === undefined) return { missing: [], isKnown: false, ...clock };
  // A server without access control lets every client in, and lists no users.
  if (authInfo.users.length === 0) return { missing: [], isKnown: true, ...clock };
  const { databaseName: db } = database;
  const missing = needsOf(use, records).flatMap(({ collection, actions, otherwise }) => {
    const lacking = actions.filter(
      (action) => !authInfo.privileges.some((each) => grants(each, db, collection, action)),
    );
    if (lacking.length === 0) return [];
    const right = `${lacking.join(', ')} on ${db}.${collection}`;
    return [{ right, command: roleCommand(db, collection, lacking), ...(otherwise !== undefined && { otherwise }) }];
  });
  return { missing, isKnown: true, ...clock };
}

function grants({ resource, actions }: Privilege, db: string, collection: string, action: Action): boolean {
  const { db: onDb = '', collection: onCollection = '' } = resource;
  const fits =
    resource.anyResource === true ||
    ((onDb === '' || onDb === db) && (onCollection === '' || onCollection === collection));
  return fits && actions.includes(action);
}

function roleCommand(db: string, collection: string, actions: readonly Action[]): string {
  const privilege = { resource: { db, collection }, actions };
  return `db.getSiblingDB("${db}").grantPrivilegesToRole("ROLE", [${JSON.stringify(privilege)}]), or give the user readWrite on ${db}`;
}

/** `undefined` for a server without the command. */
async function authInfoOf(database: MongoDatabase): Promise<{ users: unknown[]; privileges: Privilege[] } | undefined> {
  try {
    const { authInfo } = await database.command({ connectionStatus: 1, showPrivileges: true });
    return { users: authInfo.authenticatedUsers, privileges: authInfo.authenticatedUserPrivileges ?? [] };
  } catch (error) {
    if (isUnknownCommand(error)) return undefined;
    throw error;
  }
}

/** Half of the round trip is subtracted. */
async function clockSkewMs(database: MongoDatabase): Promise<number | undefined> {
  try {
    const askedAtMs = Date.now();
    const { localTime } = await database.command({ hello: 1 });
    return localTime instanceof Date ? Math.round(localTime.getTime() - (askedAtMs + Date.now()) / 2) : undefined;
  } catch (error) {
    if (isUnknownCommand(error)) return undefined;
    throw error;
  }
}

const COMMAND_NOT_FOUND = 59;

function isUnknownCommand(error: unknown): boolean {
  return (error as { code?: unknown }).code === COMMAND_NOT_FOUND;
}
