import { ComposeProject, sluiceImage } from '../load/compose-project.js';

const FILES = ['docker-compose.yml', 'tools/autoscale/autoscale.compose.yml'];
/** KAFKA: as `docker-compose.yml` makes the topic. */
export const PARTITIONS = 12;

/** The stack of docker-compose.yml with a number of workers that can be changed. */
export class ScaledStack {
  private constructor(private readonly project: ComposeProject) {}

  static async start(): Promise<ScaledStack> {
    const env = { SLUICE_IMAGE: await sluiceImage('sluice-autoscale') };
    const ports = ['SLUICE_PORT', 'AUTOSCALE_QUERY_PORT'];
    const project = await ComposeProject.create({ project: 'sluice-autoscale', files: FILES, ports, env });
    const stack = new ScaledStack(project);
    try {
      await project.up('--detach', '--wait', '--no-build');
      return stack;
    } catch (error) {
      await stack.dispose();
      throw error;
    }
  }

  /** @param cpus of each worker; a change of it starts them again */
  async scaleTo(workers: number, cpus: number): Promise<void> {
    const args = ['up', '--detach', '--no-deps', '--no-build', '--scale', `buffer-worker=${workers}`, 'buffer-worker'];
    await this.project.run(args, { AUTOSCALE_WORKER_CPUS: String(cpus) });
  }

  /** What KEDA would ask for: the metric `sluice_buffer_lag_records`. `undefined` while it is not known. */
  async lag(): Promise<number | undefined> {
    const answer = await fetch(`http://${this.project.address('AUTOSCALE_QUERY_PORT')}/metrics`);
    const found = /^sluice_buffer_lag_records (\d+)$/m.exec(await answer.text())?.[1];
    return found === undefined ? undefined : Number(found);
  }

  /** @returns whether all were accepted */
  async post(body: string): Promise<boolean> {
    const headers = { 'content-type': 'application/json' };
    const url = `http://${this.project.address('SLUICE_PORT')}/ingest`;
    const answer = await fetch(url, { method: 'POST', headers, body });
    await answer.arrayBuffer();
    return answer.status === 202;
  }

  dispose(): Promise<void> {
    return this.project.down();
  }
}
