import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTokenStore } from '@sluice/engines';
import { runTokens } from '../tokens/run-tokens.js';

/** A directory of tokens that the suite removes, and the command that changes them. */
export class TokenDirectory {
  readonly path = mkdtempSync(join(tmpdir(), 'sluice-tokens-'));
  readonly url = `file:${this.path}`;

  /** The options of a gateway that accepts these tokens. */
  get options() {
    return { auth: 'tokens', recordStoreUrl: this.url } as const;
  }

  /** Runs `sluice tokens <command>`. @returns its result and its notes */
  async run(command: string, nowMs = Date.now()): Promise<{ out: string; notes: string }> {
    const store = await openTokenStore({ url: this.url, clientId: 'suite', timeoutMs: 5_000 });
    const [out, notes]: string[][] = [[], []];
    try {
      const output = { out: (line: string) => out!.push(line), note: (line: string) => notes!.push(line) };
      await runTokens(command.split(' ').filter(Boolean), store, nowMs, output);
      return { out: out!.join('\n'), notes: notes!.join('\n') };
    } finally {
      await store.close();
    }
  }

  /** @returns the text of a new token */
  async create(holder: string): Promise<string> {
    return (await this.run(`create ${holder}`)).out;
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}

/** `sluice_<id>_...` -> `<id>` */
export function idOf(token: string): string {
  return token.split('_')[1]!;
}

export function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}
