import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ROOT } from '@sluice/test-kit';
import { readYaml } from './observe-files.js';

interface Service {
  image: string;
  command?: string[];
  profiles?: string[];
  volumes?: string[];
  ports?: string[];
  networks?: string[];
  environment?: Record<string, string>;
}

interface Scrape {
  job_name: string;
  dns_sd_configs?: { names: string[]; port: number }[];
  static_configs?: { targets: string[] }[];
}

const services = readYaml('docker-compose.yml').services as Record<string, Service>;
const observers = Object.entries(services).filter(([, { profiles }]) => profiles?.includes('observe'));
const scrapes = readYaml('observe/prometheus/prometheus.yml').scrape_configs as Scrape[];

describe('The profile observe', () => {
  it('The profile observe is Prometheus, Grafana and the disks of the machine, each of one exact version', () => {
    expect(observers.map(([name]) => name).sort()).toEqual(['grafana', 'machine', 'prometheus']);
    for (const [, { image }] of observers) expect(image).toMatch(/:v?\d+\.\d+\.\d+$/);
  });

  it('The profile observe publishes ports on this machine only, because it needs no password', () => {
    for (const port of observers.flatMap(([, { ports = [] }]) => ports)) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('The profile observe mounts existing files read-only', () => {
    const mounts = observers
      .flatMap(([, { volumes = [] }]) => volumes)
      .map((volume) => volume.replace(/\$\{\w+:-([^}]+)\}/, '$1').split(':'))
      .filter(([source]) => source!.startsWith('.'));
    expect(mounts.length).toBeGreaterThan(3);
    for (const [source, , mode] of mounts) {
      expect({ source, mode, isThere: existsSync(join(ROOT, source!)) }).toEqual({ source, mode: 'ro', isThere: true });
    }
  });

  it('The profile observe opens on an existing dashboard', () => {
    const home = services['grafana']!.environment!['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH']!;
    expect(existsSync(join(ROOT, 'observe/grafana', home))).toBe(true);
  });
});

describe('Prometheus', () => {
  it('Prometheus scrapes every service of the stack that is an app, with all its replicas, on a network that it shares with it', () => {
    const names = scrapes.flatMap(({ dns_sd_configs = [] }) => dns_sd_configs.flatMap(({ names }) => names));
    const isApp = ({ command = [] }: Service) => command.some((part) => part.endsWith('/main.js'));
    const apps = Object.keys(services).filter((name) => isApp(services[name]!));
    expect(apps.length).toBeGreaterThan(2);
    expect(names.sort()).toEqual(apps.sort());
    for (const name of names) expect(services[name]!.networks).toContain('backend');
    expect(services['prometheus']!.networks).toContain('backend');
  });

  it('Prometheus scrapes the port on which the apps listen', () => {
    const apps = scrapes.flatMap(({ dns_sd_configs = [] }) => dns_sd_configs);
    for (const { port } of apps) expect(String(port)).toBe(services['gateway']!.environment!['PORT']);
  });

  it('Prometheus scrapes only services of the profile', () => {
    const others = scrapes.flatMap(({ static_configs = [] }) => static_configs.flatMap(({ targets }) => targets));
    expect(others).toEqual(['machine:9100']);
    expect(services).toHaveProperty('machine');
  });
});
