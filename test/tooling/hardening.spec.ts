import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { load, YAML11_SCHEMA } from 'js-yaml';

interface Service {
  image: string;
  read_only?: boolean;
  cap_drop?: string[];
  cap_add?: string[];
  security_opt?: string[];
  ports?: string[];
  networks?: string[];
  /** Started only when it is asked for by this name. */
  profiles?: string[];
}

const { services, networks } = load(readFileSync('docker-compose.yml', 'utf8'), { schema: YAML11_SCHEMA }) as {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean }>;
};
const all = Object.entries(services);
const started = all.filter(([, { profiles = [] }]) => profiles.length === 0);
const ours = all.filter(([, { image }]) => image.includes('SLUICE_IMAGE')).map(([name]) => name);

describe('docker-compose.yml', () => {
  it('docker-compose.yml has apps of this repository', () =>
    expect(ours).toEqual(expect.arrayContaining(['gateway', 'buffer-worker', 'query', 'init'])));

  it.each(ours)(
    'docker-compose.yml gives %s no capability, no new privilege and a read-only root file system',
    (name) => {
      expect(services[name]).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
    },
  );

  it.each(started.map(([name]) => name))(
    'docker-compose.yml gives %s a read-only root file system and no new privilege',
    (name) => {
      expect(services[name]).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
    },
  );

  it('docker-compose.yml gives MongoDB only the capabilities that it needs to drop root', () => {
    const added = started.filter(([, { cap_add }]) => cap_add !== undefined);
    expect(added.map(([name, { cap_add }]) => [name, cap_add])).toEqual([
      ['mongo', ['CHOWN', 'DAC_OVERRIDE', 'SETGID', 'SETUID']],
    ]);
  });

  it('docker-compose.yml publishes the port of the gateway only, on 127.0.0.1 unless it is configured otherwise', () => {
    const published = started.flatMap(([name, { ports = [] }]) => ports.map((port) => [name, port]));
    expect(published).toEqual([['gateway', '${SLUICE_BIND:-127.0.0.1}:${SLUICE_PORT:-8000}:8000']]);
  });

  it('docker-compose.yml publishes nothing beyond 127.0.0.1 by default, with any profile', () => {
    for (const [name, { ports = [] }] of all)
      for (const port of ports) expect({ name, port }).toEqual({ name, port: expect.stringContaining('127.0.0.1') });
  });

  it('docker-compose.yml connects everything but the gateway only to a network without a route in or out', () => {
    expect(networks['backend']).toMatchObject({ internal: true });
    for (const [name, service] of started)
      if (name !== 'gateway') expect({ name, networks: service.networks }).toEqual({ name, networks: ['backend'] });
  });
});

describe('The image', () => {
  const lines = readFileSync('Dockerfile', 'utf8').split('\n');

  it('The image runs as an unprivileged user', () => {
    expect(lines.filter((line) => line.startsWith('USER '))).toEqual(['USER node']);
  });

  it('The image declares no volume, which would leave an anonymous one for every container', () => {
    expect(lines.filter((line) => line.startsWith('VOLUME'))).toEqual([]);
  });

  it('The image has labels with its name, its version and its license', () => {
    const text = lines.join('\n');
    const { version, license } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      version: string;
      license: string;
    };
    expect(text).toContain(`ARG VERSION=${version}\n`);
    expect(text).toContain(`org.opencontainers.image.licenses="${license}"`);
    for (const name of ['title', 'description', 'version', 'revision', 'base.name'])
      expect(text).toMatch(new RegExp(`org\\.opencontainers\\.image\\.${name}=".+"`));
  });

  it('The image is built on the processor that builds, and only its last stages are for another one', () => {
    const stages = lines.filter((line) => line.startsWith('FROM '));
    expect(stages).toEqual([
      'FROM --platform=${BUILDPLATFORM} ${BASE} AS builder',
      'FROM ${BASE} AS base',
      'FROM builder AS manifests',
      'FROM builder AS packages',
      'FROM builder AS build',
      'FROM base AS init',
      'FROM base',
    ]);
    // What a base runs when it is emulated takes minutes: nothing but the init process is installed there.
    expect(lines.join('\n').split('FROM base AS init')[1]).not.toMatch(/npm|nest build/);
  });

  it('The image names the base by its tag, or by a whole digest', () => {
    expect(lines.find((line) => line.startsWith('ARG BASE='))).toMatch(
      /^ARG BASE=node:24-bookworm-slim(@sha256:[0-9a-f]{64})?$/,
    );
  });

  it('The image runs no script of a package that it installs', () => {
    const installs = lines.filter((line) => line.includes('npm ci'));
    expect(installs.length).toBeGreaterThan(0);
    for (const line of installs) expect(line).toContain('--ignore-scripts');
  });
});

describe('package-lock.json', () => {
  it('package-lock.json has the checksum of every package, from one registry over HTTPS', () => {
    const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
      packages: Record<string, { resolved?: string; integrity?: string; link?: boolean }>;
    };
    const unheld = Object.entries(packages).filter(
      ([path, { resolved, integrity, link }]) =>
        path.startsWith('node_modules/') &&
        link !== true &&
        !(integrity?.startsWith('sha512-') && (resolved === undefined || resolved.startsWith('https://'))),
    );
    expect(unheld).toEqual([]);
  });
});

describe('compose.external.yml', () => {
  const file = load(readFileSync('compose.external.yml', 'utf8'), { schema: YAML11_SCHEMA }) as {
    services: Record<string, Service>;
  };

  it('compose.external.yml has the services under the names of docker-compose.yml, and no engine', () => {
    expect(Object.keys(file.services)).toEqual(['gateway', 'buffer-worker', 'query', 'init', 'doctor']);
  });

  it.each(Object.entries(file.services))(
    'compose.external.yml gives %s no more rights than docker-compose.yml does',
    (_, service) => {
      expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
      for (const port of service.ports ?? []) expect(port).toContain('127.0.0.1');
    },
  );
});
