import { output } from './program.js';
import type { System } from './system.js';

/**
 * The full stack that the runner of the tests has started: COMPOSE_PROJECT_NAME, SLUICE_PORT and SLUICE_IMAGE in the environment
 * say which. All suites share it, one after the other; a suite that changes it puts it back.
 */
export class Stack implements System {
  readonly baseUrl: string;

  constructor() {
    const { COMPOSE_PROJECT_NAME: project, SLUICE_PORT: port } = process.env;
    if (!project || !port)
      throw new Error('There is no stack to test: start the suites by npm test -- --tier compose.');
    this.baseUrl = `http://127.0.0.1:${port}`;
  }

  /** `docker compose ...` on this stack. */
  compose(...args: string[]): Promise<string> {
    return output('docker', 'compose', ...args);
  }

  async up(...options: string[]): Promise<void> {
    await this.compose('up', '--wait', '--wait-timeout', '120', ...options);
  }

  /** The containers of the stack, running or not; of one service, if named. */
  async containers(...service: string[]): Promise<StackContainer[]> {
    const ids = (await this.compose('ps', '--all', '--quiet', ...service)).split('\n').filter(Boolean);
    const inspected = JSON.parse(await output('docker', 'inspect', ...ids)) as Inspected[];
    return inspected.map(({ Id, Config, State, RestartCount, NetworkSettings, Mounts }) => ({
      id: Id,
      service: Config.Labels['com.docker.compose.service'] ?? '',
      isRunning: State.Running,
      exitCode: State.ExitCode,
      restarts: RestartCount,
      boundTo: Object.values(NetworkSettings.Ports).flatMap((bindings) => bindings?.map(({ HostIp }) => HostIp) ?? []),
      volumes: Mounts.flatMap(({ Type, Name }) => (Type === 'volume' ? [Name] : [])),
    }));
  }

  /** It continues for the next suite; the runner removes it. */
  async dispose(): Promise<void> {}
}

export interface StackContainer {
  id: string;
  service: string;
  isRunning: boolean;
  /** 137 when Docker had to kill it. */
  exitCode: number;
  restarts: number;
  /** Host addresses on which its ports are published. */
  boundTo: string[];
  /** Names of its volumes. */
  volumes: string[];
}

interface Inspected {
  Id: string;
  Config: { Labels: Record<string, string> };
  State: { Running: boolean; ExitCode: number };
  RestartCount: number;
  NetworkSettings: { Ports: Record<string, { HostIp: string }[] | null> };
  Mounts: { Type: string; Name: string }[];
}
