import { readFileSync, statSync } from 'node:fs';
import { createSecureContext, type ConnectionOptions, type SecureContext } from 'node:tls';
import type { KafkaTlsFiles } from '@sluice/event-log';
import type { LineLogger } from '@sluice/event-log';

/**
 * The authorities that a TLS connection trusts and the certificate that it presents. The files are checked before each new
 * connection: a change takes effect from then on, and invalid files leave the last valid state active, with one line.
 */
export class TlsContext {
  #context: SecureContext | undefined;
  #state = '';

  /** @param files left out: the public authorities, and no client certificate */
  constructor(
    private readonly files: KafkaTlsFiles = {},
    private readonly log: LineLogger = () => undefined,
  ) {}

  /** @throws an error of Node if the files cannot be used and never could */
  options(): ConnectionOptions {
    // Set explicitly, so that no environment variable of Node turns the check off.
    return { secureContext: this.current(), rejectUnauthorized: true };
  }

  private current(): SecureContext {
    const state = this.stateOfFiles();
    if (this.#context !== undefined && state === this.#state) return this.#context;
    try {
      this.#context = this.read();
    } catch (error) {
      if (this.#context === undefined) throw error;
      this.log(
        'warn',
        `The TLS files of Kafka have changed and are invalid: ${describe(error)}. The last valid ones stay active.`,
      );
    }
    this.#state = state;
    return this.#context;
  }

  private read(): SecureContext {
    const { caFile, certFile, keyFile } = this.files;
    return createSecureContext({
      ...(caFile && { ca: readFileSync(caFile) }),
      ...(certFile && { cert: readFileSync(certFile) }),
      ...(keyFile && { key: readFileSync(keyFile) }),
    });
  }

  private stateOfFiles(): string {
    const { caFile, certFile, keyFile } = this.files;
    return [caFile, certFile, keyFile].map((path) => (path ? stateOf(path) : '')).join();
  }
}

function stateOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? 'missing' : `${found.ino}/${found.mtimeMs}/${found.size}`;
}

function describe(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
