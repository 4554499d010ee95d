import { describe, expect, it } from '@jest/globals';
import { load, YAML11_SCHEMA } from 'js-yaml';
import { ALL_SETTINGS } from '../configuration/all-settings.js';
import { CASES, REFUSED } from './cases.js';
import { RULES, textsIn } from './chart-files.js';
import { asText, golden } from './golden.js';
import { lint, objectsOf, render, type KubernetesObject, type Values } from './helm.js';
import { breachesIn } from './policies.js';
import { KUBERNETES_VERSIONS, schemaProblems } from './schemas.js';

const find = (objects: readonly KubernetesObject[], kind: string, name = ''): KubernetesObject | undefined =>
  objects.find((object) => object.kind === kind && object.metadata.name.endsWith(name));

/** The environment of an app's container. */
function environmentOf(values: Values, app: string): Record<string, string> {
  const object = objectsOf(values).find(
    ({ kind, metadata }) => ['Deployment', 'StatefulSet', 'Job'].includes(kind) && metadata.name.endsWith(app),
  );
  const { env } = object!.spec.template.spec.containers[0] as { env: { name: string; value: string }[] };
  return Object.fromEntries(env.map(({ name, value }) => [name, value]));
}

describe.each(CASES)('The chart, %s', (name, values) => {
  const objects = objectsOf(values);

  it('The chart passes helm lint', () => {
    expect(lint(values)).toMatchObject({ isClean: true });
  });

  it(`The chart has only fields that Kubernetes ${KUBERNETES_VERSIONS.join(', ')} and the operators know`, () => {
    expect(schemaProblems(objects)).toEqual([]);
  });

  it('The chart satisfies the policies for pods', () => {
    expect(breachesIn(objects)).toEqual([]);
  });

  it('The chart renders the same for all of these versions', () => {
    for (const version of KUBERNETES_VERSIONS) expect(objectsOf(values, version)).toEqual(objects);
  });

  it('The chart renders the content of its golden file', () => {
    const text = asText(objects);
    expect(text).toBe(golden(name, text));
  });

  it('The chart has one object of each kind and name', () => {
    const names = objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    expect([...new Set(names)]).toEqual(names);
  });
});

describe('Values that the chart refuses', () => {
  it.each(REFUSED)('The chart refuses %s', (_what, values, sentence) => {
    expect(render(values).refusal?.replaceAll(/\n +/g, ' ')).toMatch(sentence);
  });

  it('The chart refuses a version of Kubernetes that it does not support', () => {
    expect(render({}, '1.28').refusal).toContain('kubeVersion');
  });

  it('The chart reports all problems at once', () => {
    const { refusal } = render({ image: { tag: 'latest' }, worker: { replicas: 99 }, ingress: { enabled: true } });
    expect(refusal).toMatch(/image\.tag[\s\S]*worker\.replicas|worker\.replicas[\s\S]*image\.tag/);
    expect(refusal).toContain('ingress.hosts');
  });
});

describe('The grace period', () => {
  const grace = (values: Values): unknown =>
    find(objectsOf(values), 'Deployment', 'gateway')!.spec.template.spec.terminationGracePeriodSeconds;

  it.each([
    [{}, 33],
    [{ drainNoticeMs: 45_000 }, 63],
    [{ drainNoticeMs: 0, shutdownTimeoutMs: 500 }, 11],
    [{ drainNoticeMs: 15_001, shutdownTimeoutMs: 8000 }, 34],
    [{ terminationGracePeriodSeconds: 33 }, 33],
    [{ terminationGracePeriodSeconds: 120 }, 120],
  ])('The grace period covers drain and stop, with 10 s in reserve: %j is %i s', (gateway, seconds) => {
    expect(grace({ gateway })).toBe(seconds);
  });

  it('The grace period is also passed to the process', () => {
    expect(environmentOf({ gateway: { drainNoticeMs: 45_000 } }, 'gateway')).toMatchObject({
      DRAIN_NOTICE_MS: '45000',
      SHUTDOWN_TIMEOUT_MS: '8000',
    });
  });
});

describe('Scaling', () => {
  it('Scaling starts as many processes in each gateway as configured', () => {
    expect(environmentOf({}, 'gateway')).not.toHaveProperty('GATEWAY_PROCESSES');
    for (const processes of [4, 'auto']) {
      expect(environmentOf({ gateway: { processes } }, 'gateway')).toMatchObject({
        GATEWAY_PROCESSES: String(processes),
      });
    }
  });

  it('Scaling allows at most as many workers as partitions', () => {
    const scaled = (values: Values) => find(objectsOf(values), 'ScaledObject')!.spec;
    expect(scaled({ worker: { keda: { enabled: true } } })).toMatchObject({ minReplicaCount: 2, maxReplicaCount: 12 });
    expect(
      scaled({ eventLog: { partitions: 24 }, worker: { replicas: 4, keda: { enabled: true, maxReplicas: 24 } } }),
    ).toMatchObject({ minReplicaCount: 4, maxReplicaCount: 24 });
  });

  it('Scaling has no idle worker if there is one partition', () => {
    expect(find(objectsOf({ eventLog: { partitions: 1 } }), 'Deployment', 'buffer-worker')!.spec.replicas).toBe(1);
  });

  it('Scaling leaves the number of pods to the autoscaler', () => {
    const objects = objectsOf({ gateway: { autoscaling: { enabled: true } }, worker: { keda: { enabled: true } } });
    expect(find(objects, 'Deployment', 'gateway')!.spec).not.toHaveProperty('replicas');
    expect(find(objects, 'Deployment', 'buffer-worker')!.spec).not.toHaveProperty('replicas');
  });

  it('Scaling has no budget that would block the drain of a node forever', () => {
    for (const [, values] of CASES) {
      for (const { kind, spec } of objectsOf(values).filter(({ kind }) => kind === 'PodDisruptionBudget')) {
        expect({ kind, ...spec }).toMatchObject({ maxUnavailable: 1 });
        expect(spec).not.toHaveProperty('minAvailable');
      }
    }
    const single = objectsOf({ gateway: { replicas: 1 }, worker: { replicas: 1 }, query: { replicas: 1 } });
    expect(find(single, 'PodDisruptionBudget')).toBeUndefined();
  });
});

describe('Settings', () => {
  const WITH_FILE = ALL_SETTINGS.flatMap(({ key }) => [key, `${key}_FILE`]);
  it.each(CASES)('Settings of the chart are read by a program: %s', (_name, values) => {
    const containers = objectsOf(values).flatMap(({ spec }) => spec?.template?.spec?.containers ?? []);
    const names = containers.flatMap(({ env }: { env: { name: string }[] }) => env.map(({ name }) => name));
    expect(names.filter((name) => !WITH_FILE.includes(name))).toEqual([]);
  });

  it('Settings keep their digits', () => {
    const settings = { MAX_BYTES_IN_FLIGHT: 67_108_864, OTEL_TRACES_SAMPLER_ARG: 0.25 };
    expect(environmentOf({ settings }, 'gateway')).toMatchObject({
      MAX_BYTES_IN_FLIGHT: '67108864',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
    });
  });

  it('Settings of one app override those of all', () => {
    const values = { settings: { LOG_LEVEL: 'warn' }, worker: { settings: { LOG_LEVEL: 'debug' } } };
    expect(environmentOf(values, 'buffer-worker')).toMatchObject({ LOG_LEVEL: 'debug' });
    expect(environmentOf(values, 'query')).toMatchObject({ LOG_LEVEL: 'warn' });
  });

  it('Settings that are secrets are read from files of the Secret', () => {
    const values = { recordStore: { existingSecret: 'store', secretKey: 'uri' } };
    const environment = environmentOf(values, 'query');
    expect(environment).toMatchObject({ RECORD_STORE_URL_FILE: '/etc/sluice/secrets/RECORD_STORE_URL_FILE' });
    expect(environment).not.toHaveProperty('RECORD_STORE_URL');
    expect(find(objectsOf(values), 'Deployment', 'query')!.spec.template.spec.volumes).toContainEqual({
      name: 'secrets',
      projected: {
        defaultMode: 0o440,
        sources: [{ secret: { name: 'store', items: [{ key: 'uri', path: 'RECORD_STORE_URL_FILE' }] } }],
      },
    });
  });
});

describe('The checks of this suite', () => {
  const gateway = (): KubernetesObject => structuredClone(find(objectsOf({}), 'Deployment', 'gateway')!);

  it('The checks of this suite find a field that Kubernetes does not know, in each version', () => {
    const object = gateway();
    object.spec.template.spec.containers[0].readinesProbe = {};
    expect(schemaProblems([object])).toEqual(
      KUBERNETES_VERSIONS.map((version) => expect.stringMatching(`^${version}: .*readinesProbe`)),
    );
  });

  it('The checks of this suite find a field that an operator does not know', () => {
    const object = structuredClone(find(objectsOf({ worker: { keda: { enabled: true } } }), 'ScaledObject')!);
    object.spec.maxReplicas = 3;
    expect(schemaProblems([object])).toEqual([expect.stringContaining('maxReplicas')]);
  });

  it('The checks of this suite find a kind without a schema', () => {
    const object = { ...gateway(), apiVersion: 'example/v1', kind: 'Unknown' };
    expect(() => schemaProblems([object])).toThrow();
  });

  it('The checks of this suite find a pod that breaks a policy', () => {
    const object = gateway();
    const container = object.spec.template.spec.containers[0];
    container.securityContext = { privileged: true };
    container.image = 'sluice:latest';
    delete container.livenessProbe;
    expect(breachesIn([object]).map((breach) => breach.replace(/^.*: gateway /, ''))).toEqual([
      'is privileged',
      'may gain privileges',
      'has capabilities',
      'may write its root file system',
      'has a moving tag',
      'has not all probes',
    ]);
  });
});

describe('Alerts', () => {
  const groupsOf = (values: Values) =>
    objectsOf(values)
      .filter(({ kind }) => kind === 'PrometheusRule')
      .flatMap(({ spec }) => spec.groups as unknown[]);
  const groupsIn = (texts: readonly string[]) =>
    texts.flatMap((text) => (load(text, { schema: YAML11_SCHEMA }) as { groups: unknown[] }).groups);

  it('The alerts are those of the Compose stack', () => {
    expect(groupsOf({ monitoring: { rules: { enabled: true } } })).toEqual(groupsIn(Object.values(textsIn(RULES))));
  });

  it('The alerts link to the address of the runbooks', () => {
    const rules = { enabled: true, runbookUrl: 'https://wiki.example/runbooks/' };
    const linked = Object.values(textsIn(RULES)).map((text) =>
      text.replaceAll('{{ $externalURL }}/user/', 'https://wiki.example/runbooks/'),
    );
    expect(groupsOf({ monitoring: { rules } })).toEqual(groupsIn(linked));
  });
});

describe('The init step', () => {
  it('The init step runs before the rest, and needs only its own network policy of the release', () => {
    const objects = objectsOf({});
    const hooks = objects.filter(({ metadata }) => metadata.annotations?.['helm.sh/hook']);
    expect(hooks.map(({ kind, metadata }) => [kind, metadata.annotations!['helm.sh/hook-weight']])).toEqual(
      expect.arrayContaining([
        ['NetworkPolicy', '-10'],
        ['Job', '0'],
      ]),
    );
    expect(hooks).toHaveLength(2);
    const pod = hooks.find(({ kind }) => kind === 'Job')!.spec.template.spec;
    expect(pod.serviceAccountName).toBe('default');
    expect(pod.volumes.map(({ name }: { name: string }) => name)).toEqual(['tmp']);
  });
});
