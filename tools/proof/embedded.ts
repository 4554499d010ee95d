import { closeSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Generator } from '../load/ledger/generator.js';
import type { Ledger } from '../load/ledger/ledger.js';
import { Random } from '../load/ledger/random.js';
import { storedCopiesOf, untilDrained } from '../load/ledger/stored-copies.js';
import { Container, HttpClient, Standalone, type System, until } from '@sluice/test-kit';
import { docker } from '../load/docker.js';
import type { Evidence, FaultResult } from './fault.js';
import { acknowledged, ObservedLoad } from './observed-load.js';

/** A fault of the embedded profile: the whole pipeline in one process, over files. */
export interface EmbeddedFault<S extends System> {
  name: string;
  title: string;
  profile: 'standalone' | 'container';
  start(): Promise<S>;
  /** @returns what shows that it took effect */
  inject(scene: EmbeddedScene<S>): Promise<Evidence>;
}

interface EmbeddedScene<S> {
  system: S;
  ledger: Ledger;
  generator: Generator;
  random: Random;
}

const LOAD = { devices: 8, maxBatch: 20, largeShare: 0.05, maxPauseMs: 100 };
const WARM_UP_RECORDS = 200;

/** Runs one fault under load, and compares what is there after it with what was acknowledged. */
export async function proveEmbedded<S extends System>(fault: EmbeddedFault<S>, seed: number): Promise<FaultResult> {
  const system = await fault.start();
  try {
    return await proveOn(system, fault, seed);
  } finally {
    await system.dispose();
  }
}

async function proveOn<S extends System>(system: S, fault: EmbeddedFault<S>, seed: number): Promise<FaultResult> {
  const load = new ObservedLoad(system.baseUrl, { seed, prefix: `${fault.name}-${seed.toString(36)}`, ...LOAD });
  const { ledger, generator } = load;
  let evidence: Evidence;
  try {
    await acknowledged(ledger, WARM_UP_RECORDS);
    evidence = await fault.inject({ system, ledger, generator, random: new Random(seed ^ 0x5eed) });
    await acknowledged(ledger, WARM_UP_RECORDS);
  } finally {
    await load.stop();
  }
  const client = new HttpClient(system.baseUrl);
  await untilDrained(client);
  const stored = await storedCopiesOf(client, generator.deviceIds);
  return { ...load.result(stored, []), fault, profile: fault.profile, evidence, notes: [] };
}

const KILLS = 6;

export const standaloneKilled: EmbeddedFault<Standalone> = {
  name: 'standalone-killed',
  title: `Everything in one process: kill -9, ${KILLS} times at random moments`,
  profile: 'standalone',
  start: () => Standalone.start({ LOG_LEVEL: 'warn' }),
  async inject({ system, ledger, generator, random }) {
    for (let kill = 0; kill < KILLS; kill++) {
      await acknowledged(ledger, 50);
      // The moment of the kill is the fault's parameter, not a wait for something.
      await new Promise((resolve) => setTimeout(resolve, random.between(0, 1500)));
      await system.end('SIGKILL');
      await system.start();
    }
    return { kills: KILLS, 'requests repeated': generator.troubles };
  },
};

const DISK = ['--tmpfs', '/data:size=24m,uid=1000,gid=1000'];

export const diskFull: EmbeddedFault<Container> = {
  name: 'disk-full',
  title: 'The disk full below log and store, until there is room again',
  profile: 'container',
  start: () => Container.start(DISK),
  async inject({ system, generator }) {
    const before = generator.troubles;
    // Ends with an error when the disk is full, which is what it is for.
    await docker(['exec', system.id, 'dd', 'if=/dev/zero', 'of=/data/ballast', 'bs=4k']).catch(() => undefined);
    await until('requests are refused', () => generator.troubles - before > 20 || undefined, { tries: 1200 });
    await docker(['exec', system.id, 'rm', '/data/ballast']);
    return { 'requests refused with 503': generator.troubles - before };
  },
};

const WAL_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const PAGE_BYTES = 4096;

/** What a power failure leaves of a write that was in progress: the front half of the last page. */
export const tornPage: EmbeddedFault<Standalone> = {
  name: 'torn-page',
  title: 'kill -9, and a torn page at the end of the log: what was being written is gone, what was confirmed is not',
  profile: 'standalone',
  start: () => Standalone.start({ LOG_LEVEL: 'warn' }),
  async inject({ system, ledger, generator }) {
    await acknowledged(ledger, 200);
    await system.end('SIGKILL');
    appendTornFrame(join(system.dataDir, 'event-log.db-wal'));
    await system.start();
    const said = system.log.split('\n').filter((line) => line.includes('is torn')).length;
    return { 'requests repeated': generator.troubles, 'warnings of a torn log': said };
  },
};

/** Half a frame of this log (its salt is that of the header) instead of the next one. */
function appendTornFrame(wal: string): void {
  const file = openSync(wal, 'r+');
  const header = Buffer.alloc(WAL_HEADER_BYTES);
  readSync(file, header, 0, WAL_HEADER_BYTES, 0);
  const frame = Buffer.alloc(FRAME_HEADER_BYTES + PAGE_BYTES / 2, 0xa5);
  header.copy(frame, 8, 16, 24);
  const frames = Math.ceil((statSync(wal).size - WAL_HEADER_BYTES) / (FRAME_HEADER_BYTES + PAGE_BYTES));
  writeSync(file, frame, 0, frame.length, WAL_HEADER_BYTES + frames * (FRAME_HEADER_BYTES + PAGE_BYTES));
  closeSync(file);
}
