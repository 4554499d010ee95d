import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DEAD_LETTERS_TOPIC, EVENTS_TOPIC } from '@sluice/contracts';
import {
  eventLogOptions,
  openEventLog,
  openRecordStore,
  openTokenStore,
  prepare,
  recordStoreOptions,
  topicPartitions,
} from '@sluice/engines';
import { withoutPassword } from '@sluice/settings';
import { FileError, requireStopped } from '../backup/embedded-files.js';
import { type Command, CommandError, type CommandOutput } from '../command.js';
import { readOptions } from '../options.js';
import { tableOf } from '../table.js';
import { type Move, moveDocuments, moveLetters, moveRecords, moveTokens, moveWaiting, type Side } from './move-data.js';
import { type MoveConfig, readMoveConfig } from './move.settings.js';
import { MoveProgress } from './move-progress.js';
import { isProven, proveMove } from './prove-move.js';

const APP = 'move';

const USAGE = `Usage: sluice move --from DATA_DIR --record-store URL --event-log URL [--json]

Moves the data of a stopped one-process service to other engines, such as Kafka and MongoDB: records with their
received_at, buffered records, dead letters with their decisions, tokens, the audit trail. It ends with a proof:
counts and hashes of both sides. The source files are not changed. If it is interrupted, run it again: it resumes.

Receipts of the old event log are not valid in the new one. The settings of the two engines come from the
environment. Exit code: 0 moved and proven; 1 failed, run it again; 2 invalid command line; 3 the two sides differ.`;

const NOT_PROVEN = 3;

interface Options {
  from: string;
  recordStore: string;
  eventLog: string;
  json: boolean;
}

export const move: Command = {
  usage: USAGE,
  async run(args, { env, output }) {
    try {
      const kinds = {
        from: 'string',
        'record-store': 'string',
        'event-log': 'string',
        json: 'boolean',
        help: 'boolean',
      } as const;
      const { options, words } = readOptions(args, kinds);
      if (options.help) return (output.out(USAGE), 0);
      if (words.length > 0) throw new CommandError('too many words.');
      const { from, 'record-store': recordStore, 'event-log': eventLog, json } = options;
      if (!from || !recordStore || !eventLog) throw new CommandError('give --from, --record-store and --event-log.');
      return await run({ from, recordStore, eventLog, json }, env, output);
    } catch (error) {
      if (error instanceof CommandError) return (output.note(`move: ${error.message}\n\n${USAGE}`), 2);
      throw error;
    }
  },
};

async function run(options: Options, env: NodeJS.ProcessEnv, output: CommandOutput): Promise<number> {
  const directory = resolve(options.from);
  requireSource(directory);
  const url = `file:${directory}`;
  const source = readMoveConfig({ ...env, EVENT_LOG_URL: url, RECORD_STORE_URL: url });
  const target = readMoveConfig({ ...env, EVENT_LOG_URL: options.eventLog, RECORD_STORE_URL: options.recordStore });
  if (target.eventLogUrl === url || target.recordStoreUrl === url) throw new CommandError('the target is the source.');
  const opened: Side[] = [];
  const interrupted = new AbortController();
  const stop = (): void => interrupted.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const from = await open(source, opened);
    const to = await open(target, opened);
    await prepare(from.log, from.store, topicPartitions(source));
    await prepare(to.log, to.store, topicPartitions(target));
    return await moveAll({ from, to, signal: interrupted.signal }, options.json, output);
  } catch (error) {
    if (interrupted.signal.aborted) throw new FileError('Stopped; run it again to go on.');
    throw new FileError(
      `The move failed: ${withoutPassword((error as Error).message).replace(/\.$/, '')}; run it again to go on.`,
    );
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    for (const { log, store, tokens } of opened) await Promise.all([log.close(), store.close(), tokens.close()]);
  }
}

/** @throws FileError */
function requireSource(directory: string): void {
  const files = (['event-log.db', 'records.db'] as const).map((name) => ({ name, path: join(directory, name) }));
  const missing = files.find(({ path }) => !existsSync(path));
  if (missing !== undefined)
    throw new FileError(`${missing.path} is missing; --from is the DATA_DIR of a one-process service.`);
  requireStopped(files);
}

/** Nothing is removed from a source while it is read, however old it is. */
const KEEP_ALL = { [EVENTS_TOPIC]: { keepsUnread: true }, [DEAD_LETTERS_TOPIC]: { keepsUnread: true } };

async function open(config: MoveConfig, opened: Side[]): Promise<Side> {
  const side = {
    log: await openEventLog({ ...eventLogOptions(config, APP), limits: KEEP_ALL }),
    store: await openRecordStore(recordStoreOptions(config, APP)),
    tokens: await openTokenStore(recordStoreOptions(config, APP)),
  };
  opened.push(side);
  return side;
}

async function moveAll(
  sides: Pick<Move, 'from' | 'to' | 'signal'>,
  json: boolean,
  output: CommandOutput,
): Promise<number> {
  const progress = new MoveProgress(sides.to.store.documents);
  const move = { ...sides, progress, onProgress: throttled((what) => output.note(`moved so far: ${what}`)) };
  if (!(await progress.load())) {
    const { records } = await sides.to.store.reader.page({}, 1);
    if (records.length > 0) throw new Error('the record store has records already; move to an empty one');
    await progress.save({});
  }
  await moveRecords(move);
  const waiting = await moveWaiting(move);
  await moveLetters(move);
  await moveTokens(move);
  await moveDocuments(move);
  if (waiting > 0) output.note(`${waiting} records wait in the event log; the buffer worker stores them once it runs.`);
  return show(await proveMove(move), json, output);
}

function show(proofs: Awaited<ReturnType<typeof proveMove>>, json: boolean, { out, note }: CommandOutput): number {
  const isAll = proofs.every(isProven);
  if (json) out(JSON.stringify({ proven: isAll, proofs }));
  else {
    const rows = proofs.map((proof) => [
      ...[proof.what, proof.source.count, proof.target.count],
      ...[proof.source.sha256.slice(0, 16), proof.target.sha256.slice(0, 16), isProven(proof) ? 'the same' : 'DIFFER'],
    ]);
    for (const line of tableOf(['', 'SOURCE', 'TARGET', 'HASH OF SOURCE', 'HASH OF TARGET', ''], rows)) out(line);
  }
  note(isAll ? 'Moved and proven.' : 'The two sides differ; keep the files, and look at what differs.');
  return isAll ? 0 : NOT_PROVEN;
}

const PROGRESS_MS = 5_000;

function throttled(say: (what: string) => void): (what: string) => void {
  let saidMs = performance.now();
  return (what) => {
    if (performance.now() - saidMs < PROGRESS_MS) return;
    saidMs = performance.now();
    say(what);
  };
}
