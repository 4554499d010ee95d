import { load } from 'js-yaml';
import { EXAMPLES, textsIn } from './chart-files.js';
import type { Values } from './helm.js';

/** Every file under charts/sluice/examples, by its name. */
const EXAMPLE_CASES = Object.entries(textsIn(EXAMPLES)).map(([file, text]): [string, Values] => [
  file.replace(/\.yaml$/, ''),
  load(text) as Values,
]);

/** Values that the chart takes, by the name of their golden file. */
export const CASES: readonly (readonly [name: string, values: Values])[] = [
  ['default', {}],
  ['standalone-default', { mode: 'standalone' }],
  ['one-of-each', { gateway: { replicas: 1 }, worker: { replicas: 1 }, query: { replicas: 1 } }],
  [
    'everything-on',
    {
      commonLabels: { team: 'lab' },
      global: { imageRegistry: 'registry.example', imagePullSecrets: ['registry'], anotherChart: { key: 1 } },
      image: { tag: '0.2.0' },
      eventLog: {
        url: 'kafka+ssl://a:9093,b:9094/',
        partitions: 24,
        prefix: 'lab.',
        topics: 'expect',
        tls: { caSecret: 'kafka-ca', clientSecret: 'kafka-user' },
        sasl: { mechanism: 'scram-sha-512', username: 'sluice', existingSecret: 'kafka-user' },
      },
      recordStore: { existingSecret: 'store', collection: 'lab', readPreference: 'secondaryPreferred' },
      settings: { MAX_BYTES_IN_FLIGHT: 67108864, OTEL_TRACES_SAMPLER_ARG: 0.25, LOG_LEVEL: 'warn' },
      secretSettings: [{ name: 'OTEL_EXPORTER_OTLP_HEADERS', secret: 'otel', key: 'headers' }],
      gateway: {
        auth: 'tokens',
        trustedProxies: ['10.0.0.0/8'],
        sources: { ttn: { preset: 'the-things-stack' } },
        tls: { existingSecret: 'gateway-tls', clientCaSecret: 'device-ca', crlSecret: 'device-crl' },
        autoscaling: { enabled: true, minReplicas: 3, maxReplicas: 9 },
        service: { type: 'LoadBalancer', externalTrafficPolicy: 'Local' },
        settings: { MAX_RECORDS_PER_REQUEST: 1000 },
        podAnnotations: { note: 'x' },
      },
      worker: { keda: { enabled: true } },
      archive: {
        enabled: true,
        url: 's3://lab-archive/events',
        existingSecret: 's3',
        replicas: 2,
        settings: { ARCHIVE_S3_REGION: 'eu-central-1' },
      },
      networkPolicy: { extraEgress: [{ ports: [{ port: 4318 }] }], gatewayFrom: [{ ipBlock: { cidr: '10.0.0.0/8' } }] },
      monitoring: {
        serviceMonitor: { enabled: true, tokenSecret: 'reader', tlsConfig: { insecureSkipVerify: true } },
        rules: { enabled: true, labels: { prometheus: 'main' }, runbookUrl: 'https://wiki.example/runbooks/' },
      },
      ingress: { enabled: true, className: 'nginx', hosts: ['sluice.example'], tlsSecret: 'sluice-tls' },
      httpRoute: { enabled: true, parentRefs: [{ name: 'public' }], hostnames: ['sluice.example', '*.plants.example'] },
    },
  ],
  [
    'endpoint-directory',
    {
      gateway: {
        replicas: 3,
        directory: { enabled: true, url: 'https://g%d.example:8000', annotations: { dns: 'g%d' } },
      },
    },
  ],
  [
    'nothing-optional',
    { init: { enabled: false }, networkPolicy: { enabled: false }, serviceAccount: { create: false } },
  ],
  ...EXAMPLE_CASES,
];

/** Values that the chart refuses, and what it says about them. */
export const REFUSED: readonly (readonly [name: string, values: Values, sentence: RegExp])[] = [
  [
    'a grace period shorter than the drain',
    { gateway: { terminationGracePeriodSeconds: 20 } },
    /gateway\.terminationGracePeriodSeconds is 20, but drainNoticeMs and shutdownTimeoutMs take 23 s, .* Set at least 33, or leave it empty\./,
  ],
  [
    'a grace period that a longer drain has outgrown',
    { gateway: { drainNoticeMs: 45_000, terminationGracePeriodSeconds: 60 } },
    /Set at least 63/,
  ],
  [
    'more processes than one where there is one',
    { mode: 'standalone', gateway: { processes: 'auto' } },
    /gateway\.processes is auto, but mode standalone is one process with its own files/,
  ],
  [
    'the same of the worker',
    { worker: { terminationGracePeriodSeconds: 17 } },
    /worker\.termination.* takes 8 s.* at least 18/,
  ],
  [
    'the same of query',
    { query: { shutdownTimeoutMs: 20_000, terminationGracePeriodSeconds: 20 } },
    /query\.termination/,
  ],
  [
    'more workers than partitions by KEDA',
    { worker: { keda: { enabled: true, maxReplicas: 13 } } },
    /worker\.keda\.maxReplicas is 13, but eventLog\.partitions is 12: each worker above that would be idle/,
  ],
  [
    'more workers than partitions',
    { worker: { replicas: 13 } },
    /worker\.replicas is 13, but eventLog\.partitions is 12/,
  ],
  [
    'fewest workers above the most',
    { worker: { keda: { enabled: true, minReplicas: 5, maxReplicas: 4 } } },
    /worker\.keda\.minReplicas is 5, which is more than worker\.keda\.maxReplicas, 4/,
  ],
  ['no worker at all', { worker: { keda: { enabled: true, minReplicas: 0 } } }, /\/worker\/keda\/minReplicas/],
  [
    'KEDA without a way to sign in',
    {
      eventLog: {
        sasl: { mechanism: 'oauthbearer' },
        oauth: { tokenUrl: 'https://id.example', clientId: 'x', existingSecret: 'o' },
      },
      worker: { keda: { enabled: true } },
    },
    /KEDA needs your TriggerAuthentication, named in worker\.keda\.authenticationRef/,
  ],
  [
    'several standalone processes',
    { mode: 'standalone', gateway: { replicas: 2 } },
    /gateway\.replicas is 2, but mode standalone is one process with its own files/,
  ],
  [
    'workers beside a standalone process',
    { mode: 'standalone', worker: { replicas: 3, keda: { enabled: true } } },
    /worker\.replicas is 3[\s\S]*worker\.keda\.enabled is true, but mode standalone is one process/,
  ],
  [
    'a directory of a varying number of gateways',
    { gateway: { autoscaling: { enabled: true }, directory: { enabled: true, url: 'https://g%d.example' } } },
    /fixed number of gateways: turn one of them off/,
  ],
  [
    'a directory without numbers',
    { gateway: { directory: { enabled: true, url: 'https://g.example' } } },
    /%d for the number/,
  ],
  [
    'two lists of endpoints',
    { gateway: { directory: { enabled: true, url: 'https://g%d.example' }, settings: { ENDPOINTS: 'https://a' } } },
    /gateway\.directory\.enabled is true, but ENDPOINTS is set as well/,
  ],
  [
    'fewest gateways above the most',
    { gateway: { replicas: 8, autoscaling: { enabled: true } } },
    /gateway\.autoscaling\.minReplicas is 8, which is more than/,
  ],
  [
    'a password in a value',
    { recordStore: { url: 'mongodb://u:secret@h/sluice' } },
    /recordStore\.url has a password, .* put the URL into a Secret and name it in recordStore\.existingSecret/,
  ],
  ['a store that is none', { recordStore: { url: 'postgres://h/x' } }, /recordStore\.url has to begin with mongodb/],
  [
    'a password for Kafka in its URL',
    { eventLog: { url: 'kafka://u:p@h:9092' } },
    /eventLog\.url has to be kafka:\/\/host/,
  ],
  ['a file as event log', { eventLog: { url: 'file:/data' } }, /eventLog\.url has to be kafka:\/\/host/],
  ['SASL without a user', { eventLog: { sasl: { mechanism: 'plain' } } }, /is plain, which needs a user/],
  ['OAuth without a client', { eventLog: { sasl: { mechanism: 'oauthbearer' } } }, /set eventLog\.oauth\.tokenUrl/],
  ['certificates without TLS', { eventLog: { tls: { caSecret: 'ca' } } }, /begin it with kafka\+ssl:\/\//],
  ['client certificates without HTTPS', { gateway: { tls: { clientCaSecret: 'ca' } } }, /need HTTPS in the pod/],
  [
    'a revocation list without an authority',
    { gateway: { tls: { existingSecret: 't', crlSecret: 'l' } } },
    /set gateway\.tls\.clientCaSecret/,
  ],
  [
    'a setting that is a value',
    { settings: { EVENT_LOG_URL: 'kafka://x:1' } },
    /settings has EVENT_LOG_URL, .* set eventLog\.url/,
  ],
  [
    'a setting that is fixed',
    { query: { settings: { PORT: 1 } } },
    /query\.settings has PORT, .* it cannot be changed/,
  ],
  [
    'a secret among settings',
    { gateway: { settings: { OTEL_EXPORTER_OTLP_HEADERS: 'key=1' } } },
    /is a secret: put it into a Secret and name that in secretSettings/,
  ],
  [
    'a secret that the chart sets itself',
    { secretSettings: [{ name: 'RECORD_STORE_URL', secret: 's', key: 'k' }] },
    /secretSettings has RECORD_STORE_URL/,
  ],
  [
    'a setting that nothing reads',
    { settings: { LOGLEVEL: 'debug' } },
    /settings has LOGLEVEL, which no program reads/,
  ],
  ['an ingress without a host', { ingress: { enabled: true } }, /ingress\.hosts is empty/],
  ['a route without a gateway', { httpRoute: { enabled: true } }, /httpRoute\.parentRefs is empty/],
  [
    'a policy for traffic that does not come',
    { gateway: { service: { externalTrafficPolicy: 'Local' } } },
    /externalTrafficPolicy is set, but a Service of type ClusterIP/,
  ],
  ['an archive without a place', { archive: { enabled: true } }, /archive\.url is not s3:\/\/bucket\/prefix: set it/],
  [
    'a grace period in which nothing can be archived',
    { archive: { enabled: true, url: 's3://lab', terminationGracePeriodSeconds: 30 } },
    /archive\.termination.* takes 30 s.* at least 40/,
  ],
  [
    'an archive among settings',
    { mode: 'standalone', gateway: { settings: { ARCHIVE_URL: 's3://lab' } } },
    /gateway\.settings has ARCHIVE_URL, .* set archive\.url instead/,
  ],
  ['a moving tag', { image: { tag: 'latest' } }, /image\.tag is latest/],
  ['a value that is not there', { gateway: { replica: 3 } }, /\/gateway[\s\S]*replica/],
  ['a mode that is not there', { mode: 'cluster' }, /\/mode/],
];
