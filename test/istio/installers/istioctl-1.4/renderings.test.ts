import { describe, expect, it } from 'vitest';
import { Renderings } from '../../../../src/istio/installers/istioctl-1.4/renderings.js';
import { Istioctl14 } from '../../../../src/istio/installers/istioctl-1.4/tool.js';
import { failureOf } from '../../../kubernetes/support/failure-of.js';
import { fakeTools } from '../../support/fake-istioctl-14.js';

const never = new AbortController().signal;
const print = (yaml: string) => `cat <<'END'\n${yaml}\nEND\n`;
/** A rendering with the name of the cluster in a text, as that of the injector's ConfigMap. */
const RENDER = `name=$(sed -n 's/.*clusterName=\\(any[a-z-]*\\).*/\\1/p' "$(dirname "$0")/calls" | tail -1)
cat <<END
apiVersion: v1
kind: ConfigMap
metadata: {name: istio-sidecar-injector, namespace: istio-system}
data: {values: '{"clusterName":"$name"}'}
---
END
`;

const settings = (cluster: string, values = {}) => ({ cluster, istioNamespace: 'istio-system', values });

describe('Renderings', () => {
  it('render once for all remotes with equal values, also at the same time', async () => {
    const tools = await fakeTools({ generate: RENDER });
    const renderings = new Renderings(new Istioctl14(tools.paths));
    const [one, other] = await Promise.all([
      renderings.ofRemote(settings('eu-1'), never),
      renderings.ofRemote(settings('eu-2'), never),
    ]);
    expect(one).toMatchObject([{ data: { values: '{"clusterName":"eu-1"}' } }]);
    expect(other).toMatchObject([{ data: { values: '{"clusterName":"eu-2"}' } }]);
    expect(await tools.calls()).toHaveLength(1);
    await renderings.ofRemote(settings('eu-3', { global: { proxy: { logLevel: 'debug' } } }), never);
    expect(await tools.calls()).toHaveLength(2);
  });

  it('render a primary', async () => {
    const tools = await fakeTools({
      generate: print('apiVersion: v1\nkind: Namespace\nmetadata: {name: istio-system}\n---\n'),
    });
    const renderings = new Renderings(new Istioctl14(tools.paths));
    const primary = { profile: 'default', istioNamespace: 'istio-system', values: {} };
    expect(await renderings.ofPrimary(primary, never)).toMatchObject([{ kind: 'Namespace' }]);
  });

  it('keep no failure', async () => {
    const tools = await fakeTools({ generate: 'echo no >&2; exit 255' });
    const renderings = new Renderings(new Istioctl14(tools.paths));
    for (let i = 0; i < 2; i++) {
      const rendering = renderings.ofRemote(settings('eu-1'), never);
      expect(await failureOf(rendering)).toMatchObject({ code: 'render-failed' });
    }
    expect(await tools.calls()).toHaveLength(2);
  });

  it.each([
    ['no YAML', '{'],
    ['no object', 'a text'],
    ['an object without a name', 'apiVersion: v1\nkind: Service\nmetadata: {}'],
  ])('fail for %s', async (_, yaml) => {
    const tools = await fakeTools({ generate: print(yaml) });
    const rendering = new Renderings(new Istioctl14(tools.paths)).ofRemote(settings('eu-1'), never);
    expect(await failureOf(rendering)).toMatchObject({ code: 'render-failed' });
  });

  it('let a caller go who is cancelled', async () => {
    const tools = await fakeTools({ generate: `sleep 0.5; ${RENDER}` });
    const renderings = new Renderings(new Istioctl14(tools.paths));
    const abort = new AbortController();
    const cancelled = renderings.ofRemote(settings('eu-1'), abort.signal);
    const waiting = renderings.ofRemote(settings('eu-2'), never);
    abort.abort(new Error('cancelled'));
    await expect(cancelled).rejects.toThrow('cancelled');
    expect(await waiting).toHaveLength(1);
    expect(await tools.calls()).toHaveLength(1);
  });
});
