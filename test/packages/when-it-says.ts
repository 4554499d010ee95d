import type { Readable } from 'node:stream';

/** Resolves when the output has this text; rejects, with all it said, when it ends before. */
export function whenItSays(output: Readable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    output.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes(text)) resolve();
    });
    output.once('end', () => reject(new Error(`It ended without saying "${text}":\n${said}`)));
  });
}
