import type { ServerResponse } from 'node:http';
import { describe, expect, test, vi } from 'vitest';
import { inspectClusters } from '../../../activities/checks/inspect-clusters.js';
import { REFUSAL_PATIENCE_MS } from '../../../src/kubernetes/errors/refusals.js';
import type { InspectInput } from '../../../src/rollout/activities.js';
import {
  refuse,
  type StubApiServer,
  startStubApiServer,
  writeKubeconfig,
} from '../../kubernetes/support/stub-api-server.js';
import { dependenciesOn, failureOf, fakeIstioctl, run } from '../support.js';

const INPUT: InspectInput = {
  clusters: [{ cluster: 'eu-1', role: 'remote' }],
  mesh: 'shop',
  primary: 'hub',
  release: '1.31',
  installer: 'istioctl',
  revision: 'default',
  istioNamespace: 'istio-system',
  meshID: 'shop',
  network: 'network1',
  facts: { cni: false },
  namespaces: [],
};

/** An API server that lets everybody do everything, and has next to nothing. */
function almighty(gitVersion = 'v1.34.4'): Promise<StubApiServer> {
  return startStubApiServer(({ path }, response) => {
    if (path === '/version') return { gitVersion };
    if (path.endsWith('/selfsubjectaccessreviews')) return { status: { allowed: true } };
    if (path.endsWith('/namespaces/kube-system')) return { metadata: { uid: 'u-1' } };
    if (path.startsWith('/api/v1/nodes')) return { items: [{ spec: { podCIDRs: ['10.1.0.0/24'] } }] };
    if (path.includes('/servicecidrs')) return { items: [{ spec: { cidrs: ['10.2.0.0/16'] } }] };
    return refuse(response, 404, { reason: 'NotFound' });
  });
}

async function inspect(
  server: StubApiServer,
  input: Partial<InspectInput> = {},
  refusalPatienceMs = REFUSAL_PATIENCE_MS,
) {
  return (await inspector(server, refusalPatienceMs))(input);
}

/** The activity on a worker, for more than one attempt. */
async function inspector(server: StubApiServer, refusalPatienceMs: number) {
  const kubeconfig = await writeKubeconfig(server.url, { token: 't' });
  const clusters = [
    { name: 'eu-1', kubeconfig },
    { name: 'hub', kubeconfig },
  ];
  const dependencies = await dependenciesOn(clusters, await fakeIstioctl('1.31.0'), refusalPatienceMs);
  return (input: Partial<InspectInput> = {}) => run(inspectClusters(dependencies), { ...INPUT, ...input });
}

test('a cluster in order has facts and no findings', async () => {
  expect(await inspect(await almighty())).toEqual([
    {
      cluster: 'eu-1',
      uid: 'u-1',
      kubernetesVersion: 'v1.34.4',
      podCIDRs: ['10.1.0.0/24'],
      serviceCIDRs: ['10.2.0.0/16'],
      unreachable: false,
      findings: [],
    },
  ]);
});

test('in a namespace that is missing no permission is missed; to create one, only while Istio has none', async () => {
  const server = await almighty();
  const { answer } = server;
  let istioNamespace: object | undefined = { metadata: { name: 'istio-system' } };
  server.answer = (request, response) => {
    if (request.path === '/api/v1/namespaces/istio-system' && istioNamespace !== undefined)
      return istioNamespace;
    if (!request.path.endsWith('/selfsubjectaccessreviews')) return answer(request, response);
    const { verb, resource, namespace } = JSON.parse(request.body).spec.resourceAttributes;
    const isCreation = verb === 'create' && resource === 'namespaces';
    const isEverything = verb === '*';
    return { status: { allowed: namespace !== 'shop' && !isCreation && !isEverything } };
  };
  const input = { namespaces: [{ name: 'shop', injection: 'enabled' }] };
  expect((await inspect(server, input))[0]?.findings.map(({ code }) => code)).toEqual(['namespace-missing']);
  istioNamespace = undefined;
  const [inspection] = await inspect(server, input);
  expect(inspection?.findings.map(({ what }) => what)).toContain(
    'the credentials for eu-1 may not create namespaces',
  );
});

test('a cluster that hiccups is asked again', async () => {
  const server = await almighty();
  const { answer } = server;
  let refused = 0;
  server.answer = (request, response) => (refused++ < 2 ? refuse(response, 503) : answer(request, response));
  expect(await inspect(server)).toMatchObject([{ unreachable: false, findings: [] }]);
});

test('a cluster that breaks off in the middle of the inspection is unreachable', async () => {
  const server = await almighty();
  const { answer } = server;
  server.answer = (request, response) =>
    request.path.endsWith('/namespaces/kube-system')
      ? void response.socket?.destroy()
      : answer(request, response);
  expect(await inspect(server)).toMatchObject([
    { unreachable: true, findings: [{ code: 'cluster-unreachable', severity: 'block', where: server.url }] },
  ]);
});

test('one that cannot say its CIDRs now is not unreachable for it; the finding says why they are not known', async () => {
  const server = await almighty();
  const { answer } = server;
  server.answer = (request, response) => {
    if (request.path.includes('servicecidrs')) return void response.socket?.destroy();
    return request.method === 'POST' && request.path.includes('/services')
      ? refuse(response, 503)
      : answer(request, response);
  };
  const [inspection] = await inspect(server);
  expect(inspection).toMatchObject({ unreachable: false, podCIDRs: ['10.1.0.0/24'], serviceCIDRs: [] });
  expect(Object.keys(inspection ?? {})).not.toContain('unknown');
  expect(inspection?.findings).toMatchObject([
    {
      code: 'cidr-unknown',
      severity: 'warn',
      what: expect.stringMatching(
        /^the service CIDRs of eu-1 cannot be found out: .* cut the connection .*; answered 503 to POST/,
      ),
    },
  ]);
});

describe('a cluster that answers 401', () => {
  const refusing = () => startStubApiServer((_, response) => refuse(response, 401));

  test('is like one that is not reachable yet, and says what to do if it lasts', async () => {
    const server = await refusing();
    const [inspection] = await inspect(server);
    expect(inspection).toMatchObject({
      unreachable: true,
      findings: [{ code: 'cluster-unreachable', severity: 'block', where: server.url }],
    });
    expect(inspection?.findings[0]?.what).toMatch(
      /^eu-1: answered 401 to GET .version .*after 60 s a person is needed/,
    );
    expect(inspection?.findings[0]?.action).toMatch(/^Nothing for 60 s: .* Renew the credentials/);
  });

  test('is asked again with mustReach', async () => {
    expect(await failureOf(inspect(await refusing(), { mustReach: true }))).toMatchObject({
      type: 'api-unavailable',
      nonRetryable: false,
      message: /^eu-1: answered 401/,
    });
  });

  test('has rejected the credentials when that has lasted, also for who must reach it', async () => {
    const attempt = await inspector(await refusing(), 4_000);
    expect(await attempt()).toMatchObject([{ unreachable: true }]);
    expect(await attempt({ mustReach: true })).toMatchObject([
      {
        unreachable: false,
        findings: [{ code: 'credentials-rejected', severity: 'block', what: /^eu-1: .* \(tried for 4 s\)$/ }],
      },
    ]);
  });

  test('only for a moment has no findings', async () => {
    const server = await almighty();
    const { answer } = server;
    let refused = 0;
    server.answer = (request, response) =>
      refused++ < 5 ? refuse(response, 401) : answer(request, response);
    expect(await inspect(server)).toMatchObject([{ unreachable: false, findings: [] }]);
  });
});

test('what the error itself knows to do is the action of the finding', async () => {
  const server = await startStubApiServer((_, response) => refuse(response, 407));
  expect(await inspect(server)).toMatchObject([
    {
      unreachable: false,
      findings: [{ code: 'kubeconfig-unusable', action: expect.stringContaining('password of the proxy') }],
    },
  ]);
});

test('with mustReach it is a failure that is retried', async () => {
  const server = await almighty();
  await server.close();
  const failure = await failureOf(inspect(server, { mustReach: true }));
  expect(failure).toMatchObject({
    type: 'api-unavailable',
    nonRetryable: false,
    message: /^eu-1: .*refuses connections/,
  });
});

test.each([
  [
    'a login page',
    (_: unknown, response: { end(text: string): void }) => response.end('<html>Sign in</html>'),
    'cluster-unreachable',
    true,
  ],
  ['another service', () => ({ hello: 'world' }), 'cluster-unreachable', true],
  [
    'the 404 of an ingress',
    (_: unknown, response: ServerResponse) => void response.writeHead(404).end('<html>none</html>'),
    'cluster-unreachable',
    true,
  ],
  ['404', (_: unknown, response: never) => refuse(response, 404), 'kubeconfig-unusable', false],
] as const)('%s at /version is a finding', async (_, answer, code, unreachable) => {
  const server = await startStubApiServer(answer as never);
  expect(await inspect(server)).toMatchObject([{ unreachable, findings: [{ code, severity: 'block' }] }]);
});

test('the istioctl of the worker is checked once, with the primary', async () => {
  const server = await almighty();
  const kubeconfig = await writeKubeconfig(server.url, { token: 't' });
  const clusters = [
    { name: 'eu-1', kubeconfig },
    { name: 'hub', kubeconfig },
  ];
  const both = [...INPUT.clusters, { cluster: 'hub', role: 'primary' as const }];
  const older = await fakeIstioctl('1.30.3');
  for (const [istioctl, what] of [
    [older, `the document asks for Istio 1.31; on this worker ${older} is 1.30.3`],
    ['/no/such/istioctl', 'there is no istioctl at /no/such/istioctl'],
  ] as const) {
    const dependencies = await dependenciesOn(clusters, istioctl);
    const [remote, primary] = await run(inspectClusters(dependencies), { ...INPUT, clusters: both });
    expect(remote?.findings).toEqual([]);
    expect(primary?.findings).toMatchObject([
      { code: 'tool-release-mismatch', severity: 'block', what, where: 'istioctl of the worker' },
    ]);
  }
});

test('a cluster that the inventory does not name, or without kubeconfig, is a finding of its own', async () => {
  const dependencies = await dependenciesOn([{ name: 'eu-2', kubeconfig: 'none.yaml' }]);
  const clusters = ['eu-1', 'eu-2'].map((cluster) => ({ cluster, role: 'remote' as const }));
  const inspections = await run(inspectClusters(dependencies), { ...INPUT, clusters });
  expect(inspections.map(({ cluster, findings }) => [cluster, findings[0]?.code])).toEqual([
    ['eu-1', 'kubeconfig-unusable'],
    ['eu-2', 'kubeconfig-unusable'],
  ]);
});

test('many clusters are inspected ten at a time', async () => {
  const waiting: (() => void)[] = [];
  let most = 0;
  const server = await almighty();
  const { answer } = server;
  server.answer = async (request, response) => {
    if (request.path === '/version') {
      most = Math.max(most, waiting.length + 1);
      // Nobody is answered before ten have asked, or all that are left.
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (
          waiting.length === 10 ||
          server.requests.filter(({ path }) => path === '/version').length === 12
        ) {
          for (const release of waiting.splice(0)) release();
        }
      });
    }
    return answer(request, response);
  };
  const kubeconfig = await writeKubeconfig(server.url, { token: 't' });
  const names = Array.from({ length: 12 }, (_, i) => `c-${i}`);
  const dependencies = await dependenciesOn(names.map((name) => ({ name, kubeconfig })));
  const clusters = names.map((cluster) => ({ cluster, role: 'remote' as const }));
  const inspections = await run(inspectClusters(dependencies), { ...INPUT, clusters });
  expect(inspections.map(({ cluster }) => cluster)).toEqual(names);
  expect(most).toBe(10);
});

test('when a cluster fails in the middle, its other requests are not left behind', async () => {
  const server = await almighty();
  const { answer } = server;
  const held = new Set<unknown>();
  let most = 0;
  server.answer = (request, response) => {
    if (request.path.startsWith('/api/v1/nodes')) return refuse(response, 401);
    if (!request.path.endsWith('/selfsubjectaccessreviews')) return answer(request, response);
    most = Math.max(most, held.add(response).size);
    response.on('close', () => held.delete(response));
  };
  expect(await inspect(server, {}, 0)).toMatchObject([{ findings: [{ code: 'credentials-rejected' }] }]);
  expect(most).toBeGreaterThan(0);
  await vi.waitFor(() => expect(held.size).toBe(0), { timeout: 10_000 });
});

test('an error that nobody has foreseen is a finding of its cluster, and the others are inspected', async () => {
  const server = await almighty();
  const kubeconfig = await writeKubeconfig(server.url, { token: 't' });
  const names = ['eu-1', 'eu-2'];
  const dependencies = await dependenciesOn(names.map((name) => ({ name, kubeconfig })));
  const { clusters } = dependencies;
  const get = clusters.get.bind(clusters);
  vi.spyOn(clusters, 'get').mockImplementation((name) => {
    if (name === 'eu-1') throw new TypeError('cannot read properties of undefined');
    return get(name);
  });
  const inspections = await run(inspectClusters(dependencies), {
    ...INPUT,
    clusters: names.map((cluster) => ({ cluster, role: 'remote' as const })),
  });
  expect(inspections).toMatchObject([
    {
      cluster: 'eu-1',
      unreachable: false,
      findings: [
        { code: 'check-failed', severity: 'block', what: 'eu-1: cannot read properties of undefined' },
      ],
    },
    { cluster: 'eu-2', findings: [] },
  ]);
});
