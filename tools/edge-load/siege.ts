import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Connections of each kind. */
export const SIEGE = {
  'idle connections': 5000,
  'that send a header byte a second': 500,
  'that send a body byte a second': 1500,
  'that stop in the middle of a body': 500,
} as const;

const BESIEGER = fileURLToPath(new URL('./besieger.ts', import.meta.url));

/** Opens all these connections from a process of its own; they stay until {@link Siege.end}. */
export async function besiege(url: string): Promise<Siege> {
  const besieger = fork(BESIEGER, [url]);
  const ended = once(besieger, 'exit').then(() => {
    throw new Error('the besieger ended early');
  });
  await Promise.race([once(besieger, 'message'), ended]);
  return {
    async end() {
      besieger.kill('SIGKILL');
      await ended.catch(() => undefined);
    },
  };
}

export interface Siege {
  end(): Promise<void>;
}
