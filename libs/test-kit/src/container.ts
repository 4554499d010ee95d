import { isReady } from './ready.js';
import { output } from './program.js';
import type { System } from './system.js';
import { until } from './until.js';

/** The runner of the tests removes whatever carries this label. */
const LABEL = 'sluice.test=true';

/** The image as a plain `docker run` starts it: embedded engines, data in the container, the port on 127.0.0.1. */
export class Container implements System {
  private constructor(
    readonly id: string,
    readonly baseUrl: string,
  ) {}

  /** @param options more options of `docker run`, for example `['--volume', 'name:/data']` */
  static async start(options: string[] = []): Promise<Container> {
    const image = process.env['SLUICE_IMAGE'] ?? 'sluice';
    const args = ['--detach', '--label', LABEL, '--publish', '127.0.0.1::8000', ...options, image];
    const id = await output('docker', 'run', ...args);
    const container = new Container(id, `http://${await output('docker', 'port', id, '8000/tcp')}`);
    await until('the container is ready', () => isReady(container.baseUrl));
    return container;
  }

  /** @param format a Go template, for example `{{.State.ExitCode}}` */
  inspect(format: string): Promise<string> {
    return output('docker', 'inspect', '--format', format, this.id);
  }

  /** Stops it as `docker stop` does; resolves with its exit code. */
  async stop(): Promise<number> {
    await output('docker', 'stop', '--time', '20', this.id);
    return Number(await this.inspect('{{.State.ExitCode}}'));
  }

  /** Removes it with its data. */
  async dispose(): Promise<void> {
    await output('docker', 'rm', '--force', '--volumes', this.id);
  }
}
