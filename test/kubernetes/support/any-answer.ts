import fc from 'fast-check';
import { type AnyAnswer, Bytes } from './any-server.js';

/** Credentials as servers might repeat them, each of a form by which it can be known for one. */
export const PLANTED = {
  jwt: 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJwbGFudGVkIn0.cGxhbnRlZC1zaWduYXR1cmU',
  bearer: 'planted-opaque-token-0123456789',
  basic: 'cGxhbnRlZDpwYXNzd29yZA==',
  // A digit early: a value that is cut off before its first digit is taken for prose.
  password: 'p1anted-hunter2',
  key: 'MC4CAQAwBQYDK2VwBCIEIPlantedPlantedPlanted',
} as const;

const LEAKS = [
  PLANTED.jwt,
  `Authorization: Bearer ${PLANTED.bearer}`,
  `"authorization":"Basic ${PLANTED.basic}"`,
  `password: ${PLANTED.password}`,
  `https://anna:${PLANTED.password}@proxy.example.com/`,
  `-----BEGIN PRIVATE KEY-----\n${PLANTED.key}\n-----END PRIVATE KEY-----`,
] as const;

const MIB = 1024 * 1024;

/** Text with a credential somewhere in it, also where a cut may fall. */
const leakyText = fc
  .tuple(
    fc.constantFrom('', 'the ', '<p>', 'a.', 'x ', '\u001b[31m', '日本 '),
    fc.oneof(fc.nat(300), fc.integer({ min: 900, max: 1_100 }), fc.integer({ min: 7_900, max: 8_300 })),
    fc.constantFrom(...LEAKS),
    fc.string(),
  )
  .map(([unit, length, leak, rest]) => {
    const before = unit === '' ? '' : unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
    return `${before} ${leak} ${rest}`;
  });

/** A value of any type, where an API server has one of a certain type. */
const odd = fc.oneof(
  { weight: 3, arbitrary: leakyText },
  fc.constantFrom(
    null,
    true,
    0,
    -1,
    1e308,
    '',
    [],
    {},
    [null],
    [[]],
    { toString: 1, valueOf: 1 },
    '__proto__',
  ),
  fc.jsonValue({ maxDepth: 3 }),
);

/** An object in which some of the fields are as they should be, some are odd, and some are missing. */
const loosely = (fields: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record(
    Object.fromEntries(
      Object.entries(fields).map(([name, arbitrary]) => [
        name,
        fc.oneof({ weight: 3, arbitrary }, { weight: 1, arbitrary: odd }),
      ]),
    ),
    { requiredKeys: [] },
  );

const cidr = fc.constantFrom('10.0.0.0/8', '10.1.0.0/24', 'fd00::/56', '10.0.0.0/99', 'none', '10.0.0.1');
const list = (item: fc.Arbitrary<unknown>) =>
  fc.array(fc.oneof({ weight: 4, arbitrary: item }, odd), { maxLength: 4 });

const status = loosely({
  kind: fc.constant('Status'),
  message: fc.oneof(
    leakyText,
    fc.constantFrom(
      'nodes is forbidden: User "weak" cannot list resource "nodes" in API group "" at the cluster scope',
      'failed to create typed patch object (default/x; /v1, Kind=Service): .spec.portz: field not declared',
      'The range of valid IPs is 10.96.0.0/12',
      'error looking up service account x/default: serviceaccount "default" not found',
    ),
  ),
  reason: fc.constantFrom('NotFound', 'AlreadyExists', 'Conflict', 'Expired', 'Forbidden'),
  details: loosely({
    causes: list(
      loosely({
        reason: fc.constantFrom('FieldManagerConflict', 'NamespaceTerminating'),
        message: fc.oneof(leakyText, fc.constant('conflict with "helm" using v1')),
        field: leakyText,
      }),
    ),
  }),
});

const managedFields = list(
  loosely({
    manager: fc.constant('test'),
    operation: fc.constant('Apply'),
    apiVersion: fc.constant('v1'),
    fieldsV1: fc.constantFrom(
      { 'f:data': { 'f:a': {} } },
      { 'f:data': { 'k:garbage': {} } },
      { 'f:data': { 'v:garbage': {} } },
      { 'f:data': null },
      { 'f:metadata': { 'f:labels': 7 } },
    ),
  }),
);

/** Everything that any of the reads looks for, in one object. */
const object = loosely({
  kind: fc.constantFrom('Status', 'ConfigMap', 'Table', 'List'),
  gitVersion: fc.constantFrom('v1.34.4', 'v1', 'v1.34.4\u001b[31m', `v1.34${'9'.repeat(10_000)}`),
  metadata: loosely({
    name: fc.constant('one'),
    resourceVersion: fc.constantFrom('1', '2'),
    generation: fc.nat(2),
    continue: fc.constantFrom('', 'next'),
    managedFields,
  }),
  data: loosely({
    a: fc.constant('b'),
    ClusterConfiguration: fc.constantFrom(
      'networking: { podSubnet: 10.0.0.0/8 }',
      'networking: [&a [*a]]',
      `${'['.repeat(20_000)}`,
      'networking: { podSubnet: { a: b } }',
    ),
    ipam: fc.constantFrom('cluster-pool', 'kubernetes'),
    'cluster-pool-ipv4-cidr': cidr,
  }),
  spec: loosely({ cidr, cidrs: list(cidr), podCIDR: cidr, podCIDRs: list(cidr), disabled: fc.boolean() }),
  items: list(
    loosely({
      metadata: loosely({ name: fc.constant('one') }),
      spec: loosely({
        cidr,
        cidrs: list(cidr),
        podCIDRs: list(cidr),
        containers: list(
          loosely({ command: list(fc.constant('--cluster-cidr=10.0.0.0/8')), args: list(cidr) }),
        ),
      }),
    }),
  ),
  resources: list(
    loosely({ name: fc.constantFrom('widgets', '../../x', 'widgets/status'), kind: fc.constant('Widget') }),
  ),
  columnDefinitions: list(loosely({ name: fc.constant('IP') })),
  rows: list(loosely({ cells: list(fc.constant('10.0.0.1')) })),
  status: loosely({
    allowed: fc.boolean(),
    clusterNetwork: list(loosely({ cidr })),
    serviceNetwork: list(cidr),
  }),
});

const json = fc.oneof({ weight: 2, arbitrary: status }, { weight: 4, arbitrary: object }, odd);

/** Made once: fast-check would make them again and again. */
const LARGE = [
  new Bytes('<'.repeat(10 * MIB)),
  new Bytes('a.'.repeat(5 * MIB)),
  new Bytes(JSON.stringify({ kind: 'Status', message: 'a.'.repeat(5 * MIB) })),
  new Bytes(JSON.stringify({ items: Array.from({ length: 5_000 }, () => ({ spec: 'x'.repeat(2_000) })) })),
  new Bytes(`${'{"metadata":'.repeat(50_000)}1${'}'.repeat(50_000)}`),
  new Bytes(' '.repeat(33 * MIB)),
];

const text = fc.oneof(
  { weight: 12, arbitrary: json.map((value) => JSON.stringify(value)) },
  // JSON that ends too early.
  {
    weight: 2,
    arbitrary: fc.tuple(json, fc.nat(20)).map(([value, cut]) => JSON.stringify(value).slice(0, -1 - cut)),
  },
  { weight: 3, arbitrary: leakyText.map((words) => `<html><title>${words}</title><script>${words}`) },
  { weight: 2, arbitrary: leakyText },
  { weight: 1, arbitrary: fc.constantFrom('', '404 page not found\n') },
);

const body = fc.oneof(
  { weight: 40, arbitrary: text.map((content) => new Bytes(content)) },
  {
    weight: 2,
    arbitrary: fc.uint8Array({ maxLength: 300 }).map((content) => new Bytes(Buffer.from(content))),
  },
  { weight: 1, arbitrary: fc.constantFrom(...LARGE) },
);

/** Whatever something on the way to an API server may answer. */
export const anyAnswer: fc.Arbitrary<AnyAnswer> = fc.record({
  status: fc.oneof(
    { weight: 4, arbitrary: fc.constant(200) },
    {
      weight: 4,
      arbitrary: fc.constantFrom(201, 204, 301, 302, 400, 401, 403, 404, 407, 409, 410, 422, 429, 500, 503),
    },
    { weight: 1, arbitrary: fc.integer({ min: 100, max: 999 }) },
  ),
  headers: fc.subarray([
    'content-type: application/json',
    'content-type: text/html; charset=utf-16',
    'content-encoding: gzip',
    `location: https://anna:${PLANTED.password}@login.example.com/`,
    `www-authenticate: Bearer ${PLANTED.bearer}`,
    'content-type: application/vnd.kubernetes.protobuf',
  ]),
  body,
  delivery: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('whole', 'chunked', 'until-close') },
    { weight: 3, arbitrary: fc.constantFrom('slow', 'cut', 'short', 'no-http') },
  ),
});
