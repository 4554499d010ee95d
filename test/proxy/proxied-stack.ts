import { HttpClient, isReady, output, until } from '@sluice/test-kit';
import { ComposeProject } from '../../tools/load/compose-project.js';

const FILES = ['docker-compose.yml', 'test/proxy/proxy.compose.yml'];
const PROXY_IMAGE = 'sluice-test-haproxy';

/** The Compose profile `proxy` in a separate project: one free port, and several gateways behind it. */
export class ProxiedStack {
  readonly client: HttpClient;

  private constructor(private readonly project: ComposeProject) {
    this.client = new HttpClient(`http://${project.address('SLUICE_PROXY_PORT')}`);
  }

  static async start(name: string, gateways: number): Promise<ProxiedStack> {
    await output('docker', 'build', '--quiet', '--tag', PROXY_IMAGE, 'test/proxy');
    const env = {
      SLUICE_IMAGE: process.env['SLUICE_IMAGE'] ?? 'sluice',
      SLUICE_TEST_PROXY_IMAGE: PROXY_IMAGE,
      SLUICE_PORT: '0',
    };
    const ports = ['SLUICE_PROXY_PORT'];
    const stack = new ProxiedStack(
      await ComposeProject.create({ project: name, files: FILES, ports, env, profile: 'proxy' }),
    );
    try {
      await stack.project.up('--detach', '--no-build', '--scale', `gateway=${gateways}`);
      await until('the proxy has a gateway', () => isReady(stack.client.baseUrl), { tries: 1200 });
      return stack;
    } catch (error) {
      await stack.dispose();
      throw error;
    }
  }

  /** Containers of the gateways, running or not. */
  async gateways(): Promise<string[]> {
    return (await this.project.run(['ps', '--all', '--quiet', 'gateway'])).split('\n').filter(Boolean);
  }

  /** Records that a gateway has accepted since it started, as it says itself. */
  async acceptedBy(gateway: string): Promise<number> {
    const address = await output('docker', 'port', gateway, '8000/tcp');
    const metrics = await (await fetch(`http://${address.split('\n')[0]}/metrics`)).text();
    const counted = [...metrics.matchAll(/^sluice_ingest_records_total\{.*verdict="accepted".*\} (\d+)$/gm)];
    return counted.reduce((sum, [, value]) => sum + Number(value), 0);
  }

  dispose(): Promise<void> {
    return this.project.down();
  }
}
