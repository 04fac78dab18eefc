import { describe, expect, it } from 'vitest';
import { registrationAnnotations, tokenDigest } from '../../../src/istio/access/registration.js';
import { findOtherRegistrations } from '../../../src/istio/access/registrations.js';
import { kubeconfigOf } from '../../../src/istio/access/remote-access.js';
import { writeRemoteSecret } from '../../../src/istio/access/remote-secret.js';
import { failureOf } from '../../kubernetes/support/failure-of.js';
import { clientOf, refuse, startStubApiServer } from '../../kubernetes/support/stub-api-server.js';

const SECRETS = '/api/v1/namespaces/istio-system/secrets';
const SERVER = 'https://192.0.2.4:6443';
const TOKEN = 'the.readers.token';
const never = new AbortController().signal;

interface Secret {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    resourceVersion: string;
    readonly annotations?: Record<string, string>;
    readonly managedFields?: object[];
  };
  readonly data: Record<string, string>;
}

const access = (cluster: string, changes: Partial<Parameters<typeof kubeconfigOf>[0]> = {}) => ({
  cluster,
  server: 'https://192.0.2.9:6443',
  ca: 'the CA',
  token: 'another.readers.token',
  ...changes,
});

/** A remote secret as somebody else writes it. */
function foreign(
  name: string,
  ...kubeconfigs: readonly (readonly [cluster: string, text: string])[]
): Secret {
  const data = Object.fromEntries(
    kubeconfigs.map(([cluster, text]) => [cluster, Buffer.from(text).toString('base64')]),
  );
  return { metadata: { name, uid: `uid-of-${name}`, resourceVersion: '1' }, data };
}

/** One that this project has written, as an API server records it. */
function ours(cluster: string, changes: Partial<ReturnType<typeof access>> = {}): Secret {
  const { server, token } = access(cluster, changes);
  const annotations = registrationAnnotations(cluster, server, token);
  const fieldsV1 = {
    'f:data': { [`f:${cluster}`]: {} },
    'f:metadata': {
      'f:annotations': Object.fromEntries(Object.keys(annotations).map((key) => [`f:${key}`, {}])),
    },
  };
  const managedFields = [{ manager: 'mesh-rollout', operation: 'Apply', fieldsV1 }];
  const secret = foreign(`istio-remote-secret-${cluster}`, [cluster, kubeconfigOf(access(cluster, changes))]);
  return { ...secret, metadata: { ...secret.metadata, annotations, managedFields } };
}

/** A primary with these remote secrets. */
async function primaryWith(...secrets: Secret[]) {
  const server = await startStubApiServer(({ method, path, body }, response) => {
    if (method === 'PATCH') return { ...JSON.parse(body), metadata: { resourceVersion: '2' } };
    const name = path.startsWith(`${SECRETS}/`) ? path.slice(SECRETS.length + 1) : undefined;
    if (name !== undefined)
      return secrets.find(({ metadata }) => metadata.name === name) ?? refuse(response, 404);
    return { items: secrets.map(({ metadata }) => ({ metadata })) };
  });
  const client = await clientOf(server.url);
  return {
    client,
    /** Who else registers eu-1, which is at {@link SERVER} and has {@link TOKEN}. */
    others: (token: string | undefined = TOKEN) =>
      findOtherRegistrations(client, 'istio-system', 'eu-1', SERVER, token),
    /** Names of the secrets of which the data was read. */
    read: () =>
      server.requests
        .filter(({ path }) => path.startsWith(`${SECRETS}/`))
        .map(({ path }) => path.slice(SECRETS.length + 1)),
    requests: server.requests,
    secrets,
  };
}

const found = (by: string, secret = 'by-hand', cluster = 'old-name') => [{ secret, cluster, by }];

describe('another remote secret is found', () => {
  it.each(['https://192.0.2.4:6443/', 'HTTPS://192.0.2.4:6443'])(
    'by its server, written as %s',
    async (server) => {
      const text = kubeconfigOf(access('old-name', { server }));
      const { others } = await primaryWith(foreign('by-hand', ['old-name', text]));
      expect(await others()).toEqual(found('server'));
    },
  );

  it('by the token of the reader, whatever the server is called there', async () => {
    const text = kubeconfigOf(access('old-name', { token: TOKEN }));
    const { client, others } = await primaryWith(foreign('by-hand', ['old-name', text]));
    expect(await others()).toEqual(found('token'));
    // Where the token is not known.
    expect(await findOtherRegistrations(client, 'istio-system', 'eu-1', SERVER)).toEqual([]);
  });

  it('by the name of the cluster, in any Secret but its own', async () => {
    const text = kubeconfigOf(access('eu-1'));
    const { others } = await primaryWith(
      foreign('istio-remote-secret-eu-1', ['eu-1', text]),
      foreign('by-hand', ['us-1', kubeconfigOf(access('us-1'))], ['eu-1', text]),
    );
    expect(await others()).toEqual(found('name', 'by-hand', 'eu-1'));
  });

  it.each([
    ['server', { server: SERVER }],
    ['token', { token: TOKEN }],
  ])('by its %s, where it is one of ours, without its data', async (by, changes) => {
    const { others, read } = await primaryWith(ours('us-1'), ours('old-name', changes));
    expect(await others()).toEqual(found(by, 'istio-remote-secret-old-name'));
    expect(read()).toEqual([]);
  });

  it('by its data, where somebody has written to one of ours', async () => {
    const secret = ours('old-name');
    const text = kubeconfigOf(access('old-name', { server: SERVER }));
    Object.assign(secret.data, { 'old-name': Buffer.from(text).toString('base64') });
    const fieldsV1 = { 'f:data': {}, 'f:metadata': { 'f:annotations': {} } };
    secret.metadata.managedFields?.splice(0, 1, { manager: 'mesh-rollout', operation: 'Apply', fieldsV1 });
    const { others } = await primaryWith(secret);
    expect(await others()).toEqual(found('server', 'istio-remote-secret-old-name'));
  });
});

describe('another remote secret is left alone', () => {
  it.each([
    ['it is for another cluster', kubeconfigOf(access('us-1'))],
    [
      'the name in TLS decides which cluster answers',
      kubeconfigOf(access('us-1', { server: SERVER })).replace(
        '    server:',
        '    tls-server-name: us-1\n    server:',
      ),
    ],
    [
      'a proxy decides which cluster answers',
      kubeconfigOf(access('us-1', { server: SERVER })).replace(
        '    server:',
        '    proxy-url: http://p\n    server:',
      ),
    ],
    ['it is no kubeconfig', 'a: {b: ['],
    [
      'its parts are no texts',
      kubeconfigOf(access('us-1')).replace('token: another.readers.token', 'token: [1]'),
    ],
  ])('when %s', async (_, text) => {
    const { others } = await primaryWith(foreign('by-hand', ['us-1', text]));
    expect(await others()).toEqual([]);
  });
});

describe('many who ask', () => {
  it('have the data of a Secret read once, until it changes', async () => {
    const primary = await primaryWith(
      ...['a', 'b', 'c'].map((name) => foreign(name, [name, kubeconfigOf(access(name))])),
    );
    await Promise.all(Array.from({ length: 50 }, () => primary.others()));
    expect(primary.read().sort()).toEqual(['a', 'b', 'c']);
    expect(primary.requests).toHaveLength(4);

    const { metadata } = primary.secrets[0] as Secret;
    metadata.resourceVersion = '2';
    // As soon as the shared answer is too old.
    const readings = async () => {
      await primary.others();
      return primary.read().length;
    };
    await expect.poll(readings, { timeout: 5_000 }).toBe(4);
    expect(primary.read().at(-1)).toBe('a');
  });

  it('get only metadata of what is ours', async () => {
    const primary = await primaryWith(...Array.from({ length: 200 }, (_, index) => ours(`remote-${index}`)));
    expect(await primary.others()).toEqual([]);
    expect(primary.requests.map(({ headers }) => headers.accept)).toEqual([
      expect.stringContaining('as=PartialObjectMetadataList'),
    ]);
  });
});

describe('the remote secret of a cluster', () => {
  const write = async (...secrets: Secret[]) => {
    const primary = await primaryWith(...secrets);
    const own = access('eu-1', { server: SERVER, token: TOKEN });
    return { primary, written: writeRemoteSecret(primary.client, 'istio-system', own, '1.31', never) };
  };

  it('is not written when the cluster is registered under another name', async () => {
    const { primary, written } = await write(ours('old-name', { server: SERVER }));
    const failure = await failureOf(written);
    expect(failure).toMatchObject({ code: 'field-conflict', cluster: 'eu-1', transient: false });
    expect(failure.message).toBe(
      `Secret istio-system/istio-remote-secret-old-name of the primary registers this cluster under the name old-name (its server is ${SERVER} too), so that istiod would read the cluster twice`,
    );
    expect(failure.action).toContain('If old-name is an old name of the cluster, delete that Secret');
    expect(primary.requests.filter(({ method }) => method === 'PATCH')).toEqual([]);
  });

  it('says in annotations what is in it, and holds no credential there', async () => {
    const { primary, written } = await write(ours('us-1'));
    await written;
    const patch = primary.requests.find(({ method }) => method === 'PATCH');
    const { metadata } = JSON.parse(patch?.body ?? '') as Secret;
    expect(metadata.annotations).toEqual({
      'networking.istio.io/cluster': 'eu-1',
      'mesh-rollout.dev/server': SERVER,
      'mesh-rollout.dev/token-sha256': tokenDigest(TOKEN),
    });
    expect(JSON.stringify(metadata)).not.toContain(TOKEN);
  });
});
