import { describe, expect, it } from 'vitest';
import {
  checkInjectorCA,
  checkInjectorDeployments,
  istioctlInjectorName,
} from '../../../src/istio/release-1.4/injector.js';
import { failureOf } from '../../kubernetes/support/failure-of.js';
import { stubCluster } from '../support/stub-cluster.js';

const never = new AbortController().signal;
const NS = 'istio-system';
const WEBHOOK =
  '/apis/admissionregistration.k8s.io/v1beta1/mutatingwebhookconfigurations/istio-sidecar-injector';
const DEPLOYMENTS = `/apis/apps/v1/namespaces/${NS}/deployments`;
const SECRET = `/api/v1/namespaces/${NS}/secrets/istio.istio-sidecar-injector-service-account`;
const base64 = (text: string) => Buffer.from(text).toString('base64');

function deployment(name: string, readyReplicas = 1) {
  const volumes = [{ name: 'certs', secret: { secretName: 'istio.istio-sidecar-injector-service-account' } }];
  return {
    metadata: { name, namespace: NS, generation: 1 },
    spec: { replicas: 1, selector: { matchLabels: { istio: name } }, template: { spec: { volumes } } },
    status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas },
  };
}

const webhook = (caBundle?: string) => ({
  metadata: { name: 'istio-sidecar-injector' },
  webhooks: [{ name: 'sidecar-injector.istio.io', clientConfig: { ...(caBundle && { caBundle }) } }],
});

const INSTALLED: Readonly<Record<string, object>> = {
  [WEBHOOK]: webhook(base64('the root\n')),
  [`${DEPLOYMENTS}/istio-citadel`]: deployment('istio-citadel'),
  [`${DEPLOYMENTS}/istio-sidecar-injector`]: deployment('istio-sidecar-injector'),
  [SECRET]: { data: { 'root-cert.pem': base64('the root\n'), 'key.pem': base64('key') } },
};

/** A remote with working injection, but for some objects; those that are undefined do not exist. */
async function remote(changes: Readonly<Record<string, object | undefined>> = {}) {
  const cluster = await stubCluster(INSTALLED);
  for (const [path, object] of Object.entries(changes)) {
    if (object === undefined) cluster.objects.delete(path);
    else cluster.objects.set(path, object);
  }
  return cluster;
}

it.each([
  ['istio-system', 'istio-sidecar-injector'],
  ['mesh', 'istio-sidecar-injector-mesh'],
] as const)('the webhook configuration of istioctl in %s is %s', (namespace, name) => {
  expect(istioctlInjectorName(namespace)).toBe(name);
});

describe('checkInjectorDeployments', () => {
  it('is content when citadel and injector are rolled out', async () => {
    await checkInjectorDeployments((await remote()).client, NS, never);
  });

  it.each(['istio-citadel', 'istio-sidecar-injector'])('waits for %s', async (name) => {
    const { client } = await remote({ [`${DEPLOYMENTS}/${name}`]: deployment(name, 0) });
    expect(await failureOf(checkInjectorDeployments(client, NS, never))).toMatchObject({
      code: 'control-plane-not-ready',
      transient: true,
      message: expect.stringContaining(`${name} of the remote: 0 of 1 replicas`),
    });
  });
});

describe('checkInjectorCA', () => {
  const check = async (changes: Readonly<Record<string, object | undefined>>) =>
    checkInjectorCA((await remote(changes)).client, NS, 'istio-sidecar-injector', never);

  it('returns the webhook when it trusts the injector', async () => {
    expect(await check({})).toMatchObject({ metadata: { name: 'istio-sidecar-injector' } });
  });

  it.each([
    ['the CA was emptied', { [WEBHOOK]: webhook() }, 'has no CA yet'],
    [
      'the CA is another one',
      { [WEBHOOK]: webhook(base64('old root')) },
      'has another CA than the injector uses',
    ],
    ['there is no webhook', { [WEBHOOK]: undefined }, 'does not exist'],
    ['the webhook is empty', { [WEBHOOK]: { webhooks: [] } }, 'has no CA yet'],
    ['citadel has not come to it', { [SECRET]: undefined }, 'citadel has not made a certificate'],
    [
      'there is no injector',
      { [`${DEPLOYMENTS}/istio-sidecar-injector`]: undefined },
      'citadel has not made',
    ],
  ])('waits while %s', async (_, changes, words) => {
    expect(await failureOf(check(changes))).toMatchObject({
      code: 'webhook-ca-missing',
      transient: true,
      cluster: 'eu-1',
      message: expect.stringContaining(words),
    });
  });
});
