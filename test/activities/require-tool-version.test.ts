import { expect, test } from 'vitest';
import { planRemote } from '../../activities/plans/plan-remote.js';
import { deployPrimary } from '../../activities/steps/deploy-primary.js';
import { installRemote } from '../../activities/steps/install-remote.js';
import { fakeIstioctl, print } from '../istio/support/fake-istioctl.js';
import { primaryInput, remoteInput } from '../istio/support/inputs.js';
import { startStubApiServer, writeKubeconfig } from '../kubernetes/support/stub-api-server.js';
import { dependenciesOn, failureOf, run } from './support.js';

test('a worker with another istioctl than the rollout began with renders nothing, and lets another one try', async () => {
  const server = await startStubApiServer();
  const kubeconfig = await writeKubeconfig(server.url, { token: 't' });
  const istioctl = await fakeIstioctl(print('nothing'));
  const clusters = ['hub', 'eu-1'].map((name) => ({ name, kubeconfig }));
  const dependencies = await dependenciesOn(clusters, istioctl.path);
  const toolVersion = '1.31.2';
  const attempts = [
    run(deployPrimary(dependencies), primaryInput({ toolVersion })),
    run(installRemote(dependencies), remoteInput({ toolVersion })),
    run(planRemote(dependencies), { ...remoteInput({ toolVersion }), controlPlaneMoves: false }),
  ];
  for (const attempt of attempts) {
    expect(await failureOf(attempt)).toMatchObject({
      type: 'tool-version-differs',
      nonRetryable: false,
      message: expect.stringContaining(
        'the istioctl of this worker is 1.31.0; the rollout began with 1.31.2',
      ),
    });
  }
  expect(server.requests).toEqual([]);
});
