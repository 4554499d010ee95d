// Real Kafka and the MongoDB-protocol server of the tests, for one run of the benchmarks.
import { spawnSync } from 'node:child_process';
import { ROOT } from '@sluice/test-kit';
import { ComposeProject } from '../load/compose-project.js';
import { docker } from '../load/docker.js';

const PROJECT = {
  project: 'sluice-bench',
  files: ['libs/test-kit/src/engines.compose.yml'],
  ports: ['KAFKA_PORT', 'MONGO_PORT'],
};

export class Engines {
  readonly eventLogUrl: string;
  readonly recordStoreUrl: string;

  private constructor(private readonly project: ComposeProject) {
    this.eventLogUrl = `kafka://${project.address('KAFKA_PORT')}`;
    this.recordStoreUrl = `mongodb://${project.address('MONGO_PORT')}/sluice`;
  }

  /** Ready for the apps: topics and indexes exist. @returns `undefined` where Docker cannot be reached */
  static async start(): Promise<Engines | undefined> {
    const isThere = await docker(['info']).then(Boolean, () => false);
    if (!isThere) return undefined;
    const engines = new Engines(await ComposeProject.create(PROJECT));
    await engines.project.up('--wait');
    engines.prepare();
    return engines;
  }

  /** Settings of an app that runs over these. */
  get env(): Record<string, string> {
    return { EVENT_LOG_URL: this.eventLogUrl, RECORD_STORE_URL: this.recordStoreUrl };
  }

  dispose(): Promise<void> {
    return this.project.down();
  }

  /** By the step that the compose file runs as well. */
  private prepare(): void {
    const env = { ...process.env, ...this.env, LOG_LEVEL: 'warn' };
    const init = spawnSync(process.execPath, ['dist/apps/operator/main.js', 'init'], {
      cwd: ROOT,
      stdio: 'inherit',
      env,
    });
    if (init.status !== 0) throw new Error('the init step failed');
  }
}
