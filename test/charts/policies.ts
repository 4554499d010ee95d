import type { KubernetesObject } from './helm.js';

/* eslint-disable @typescript-eslint/no-explicit-any -- objects of Kubernetes, which its schemas have been held against */

/** What every pod of the chart has to keep; each gives what is wrong, or nothing. */
type Policy = (pod: any, container: any, object: KubernetesObject) => string | undefined;

const KINDS_WITH_PODS = ['Deployment', 'StatefulSet', 'Job'];

/** https://kubernetes.io/docs/concepts/security/pod-security-standards/, level `restricted`. */
const RESTRICTED: Policy[] = [
  (pod) => (pod.hostNetwork || pod.hostPID || pod.hostIPC ? 'shares a namespace of its node' : undefined),
  (pod) => (pod.securityContext?.runAsNonRoot === true ? undefined : 'may run as root'),
  (pod) => (pod.securityContext?.runAsUser > 0 ? undefined : 'does not name a user'),
  (pod) => (pod.securityContext?.seccompProfile?.type === 'RuntimeDefault' ? undefined : 'has no seccomp profile'),
  (_, { securityContext }) => (securityContext?.privileged ? 'is privileged' : undefined),
  (_, { securityContext }) => (securityContext?.allowPrivilegeEscalation === false ? undefined : 'may gain privileges'),
  (_, { securityContext }) =>
    securityContext?.capabilities?.drop?.includes('ALL') && !securityContext.capabilities.add
      ? undefined
      : 'has capabilities',
  (pod) => ((pod.volumes ?? []).some(({ hostPath }: any) => hostPath) ? 'mounts a folder of its node' : undefined),
  (_, { ports = [] }) => (ports.some(({ hostPort }: any) => hostPort) ? 'takes a port of its node' : undefined),
];

const OURS: Policy[] = [
  (_, { securityContext }) => (securityContext?.readOnlyRootFilesystem ? undefined : 'may write its root file system'),
  (pod) => (pod.automountServiceAccountToken === false ? undefined : 'gets a token for the Kubernetes API'),
  (_, { image }) =>
    /(:[\w.-]+|@sha256:[0-9a-f]{64})$/.test(image) ? undefined : `has an image without a version: ${image}`,
  (_, { image }) => (image.endsWith(':latest') ? 'has a moving tag' : undefined),
  (_, { resources }) => (resources?.requests?.cpu && resources.requests.memory ? undefined : 'requests no resources'),
  (_, { resources }) => (resources?.limits?.memory ? undefined : 'has no limit of memory'),
  (_, { lifecycle }) => (lifecycle ? 'has a hook that runs before or beside its own drain' : undefined),
  (_, { env = [] }) => {
    const shown = env.filter(
      ({ name, value }: any) => /PASSWORD|SECRET|TOKEN$|HEADERS/.test(name) && !name.endsWith('_FILE') && value,
    );
    return shown.length > 0 ? `shows a secret in its environment: ${shown[0].name}` : undefined;
  },
  (_, { env = [] }) => {
    const names = env.map(({ name }: any) => name);
    const doubled = names.find((name: string, index: number) => names.indexOf(name) !== index);
    return doubled ? `sets ${doubled} twice` : undefined;
  },
  (_, container, { kind }) =>
    kind === 'Job' || (container.startupProbe && container.livenessProbe && container.readinessProbe)
      ? undefined
      : 'has not all probes',
];

/** Every breach of a policy among these objects, as `kind/name: container does ...`. */
export function breachesIn(objects: readonly KubernetesObject[]): string[] {
  return objects
    .filter(({ kind }) => KINDS_WITH_PODS.includes(kind))
    .flatMap((object) => {
      const pod = object.spec.template.spec;
      const containers = [...(pod.initContainers ?? []), ...pod.containers];
      return containers.flatMap((container) =>
        [...RESTRICTED, ...OURS]
          .flatMap((policy) => policy(pod, container, object) ?? [])
          .map((what) => `${object.kind}/${object.metadata.name}: ${container.name} ${what}`),
      );
    });
}
