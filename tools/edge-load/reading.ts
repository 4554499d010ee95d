import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Connections of each kind, how many requests each sends at once, and whether it takes the answers. */
export const READERS = {
  looping: { connections: 100, pipelined: 1, takes: true },
  slow: { connections: 100, pipelined: 1, takes: false },
  pipelining: { connections: 4, pipelined: 200, takes: false },
} as const;

const READER = fileURLToPath(new URL('./readers.ts', import.meta.url));

export interface Reading {
  end(): Promise<void>;
}

/** Begins to read from a process of its own, until {@link Reading.end}. */
export async function startReading(kind: keyof typeof READERS, url: string, path: string): Promise<Reading> {
  const reader = fork(READER, [kind, url, path]);
  const ended = once(reader, 'exit').then(() => {
    throw new Error('the readers ended early');
  });
  await Promise.race([once(reader, 'message'), ended]);
  return {
    async end() {
      reader.kill('SIGKILL');
      await ended.catch(() => undefined);
    },
  };
}
