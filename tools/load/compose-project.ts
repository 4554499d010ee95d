import { freePort } from '@sluice/test-kit';
import { docker } from './docker.js';

/** Exit code of a run that a person has ended. */
const INTERRUPTED = 130;
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

export interface ProjectOptions {
  project: string;
  /** Compose files; a later one is laid over the earlier ones. */
  files: readonly string[];
  /** Variables of the files that are ports of this machine; each gets a free one. */
  ports: readonly string[];
  /** Other variables of the files. */
  env?: Record<string, string>;
  profile?: string;
}

/** A separate Docker Compose project, on free ports. */
export class ComposeProject {
  private constructor(
    private readonly command: readonly string[],
    readonly env: Record<string, string>,
  ) {}

  /** Starts nothing. */
  static async create({ project, files, ports, env = {}, profile }: ProjectOptions): Promise<ComposeProject> {
    const found: Record<string, string> = {};
    for (const port of ports) found[port] = String(await freePort());
    const profiles = profile === undefined ? [] : ['--profile', profile];
    const command = ['compose', ...profiles, '-p', project, ...files.flatMap((file) => ['-f', file])];
    return new ComposeProject(command, { ...env, ...found });
  }

  /** The address of a published port, without a scheme. @param name of its variable */
  address(name: string): string {
    return `127.0.0.1:${this.env[name]}`;
  }

  /** `docker compose ...` on this project. @param env more variables, for this call */
  run(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
    return docker([...this.command, ...args], { ...this.env, ...env });
  }

  /** Afresh: an earlier project of the same name is removed first. */
  async up(...options: string[]): Promise<void> {
    await this.down();
    await this.run(['up', ...options]);
  }

  /** Removes everything, its volumes included. */
  async down(): Promise<void> {
    await this.run(['down', '--volumes', '--remove-orphans', '--timeout', '5']);
  }
}

/** The image of `SLUICE_IMAGE`, or one that is built now and gets this name. */
export async function sluiceImage(name: string): Promise<string> {
  const given = process.env['SLUICE_IMAGE'];
  if (given === undefined) await docker(['build', '--quiet', '--tag', name, '.']);
  return given ?? name;
}

/** Runs work on something that has to be disposed of, also when a person ends the process. */
export async function disposing<T extends { dispose(): Promise<void> }, R>(
  owned: T,
  work: (owned: T) => Promise<R>,
): Promise<R> {
  const interrupt = (): void => void owned.dispose().finally(() => process.exit(INTERRUPTED));
  for (const signal of SIGNALS) process.once(signal, interrupt);
  try {
    return await work(owned);
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt);
    await owned.dispose();
  }
}
