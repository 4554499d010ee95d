import { Program } from '../load/program.js';

/** Connections of each kind. */
export const ATTACK = {
  'idle connections': 5000,
  'that send a header byte a second': 500,
  'that send a body byte a second': 1500,
  'that stop in the middle of a body': 500,
} as const;

/** Connections of each kind, how many requests each sends at once, and whether it takes the answers. */
export const READERS = {
  looping: { connections: 100, pipelined: 1, takes: true },
  slow: { connections: 100, pipelined: 1, takes: false },
  pipelining: { connections: 4, pipelined: 200, takes: false },
} as const;

/** Opens all connections of {@link ATTACK} from a separate process, which keeps them until it is stopped. */
export function startAttack(url: string): Promise<Program> {
  return startSender('tools/edge-load/attacker.ts', url);
}

/** Begins to read from a separate process, which continues until it is stopped. */
export function startReading(kind: keyof typeof READERS, url: string, path: string): Promise<Program> {
  return startSender('tools/edge-load/readers.ts', kind, url, path);
}

/** Begins to read exports and series from a separate process, which continues until it is stopped. */
export function startHeavyReading(url: string): Promise<Program> {
  return startSender('tools/edge-load/heavy-readers.ts', url);
}

/** Resolves when it has sent what it begins with. */
async function startSender(path: string, ...args: string[]): Promise<Program> {
  const sender = Program.start(path, { args });
  await sender.message();
  return sender;
}
