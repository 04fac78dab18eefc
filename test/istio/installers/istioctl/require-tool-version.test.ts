import { expect, test } from 'vitest';
import { createActivities } from '../../../../activities/index.js';
import { planPrimary } from '../../../../activities/plans/plan-primary.js';
import { dependenciesOn, failureOf, run } from '../../../activities/support.js';
import { startStubApiServer, writeKubeconfig } from '../../../kubernetes/support/stub-api-server.js';
import { fakeIstioctl, print } from '../../support/fake-istioctl.js';
import { primaryInput, remoteInput } from '../../support/inputs.js';

test('a worker with another istioctl than the rollout began with renders nothing, and lets another one try', async () => {
  const server = await startStubApiServer();
  const kubeconfig = await writeKubeconfig(server.url, { token: 't' });
  const istioctl = await fakeIstioctl(print('nothing'));
  const clusters = ['hub', 'eu-1'].map((name) => ({ name, kubeconfig }));
  const dependencies = await dependenciesOn(clusters, istioctl.path);
  const toolVersion = '1.31.2';
  const attempts = [
    run(createActivities(dependencies).deployPrimary, primaryInput({ toolVersion })),
    run(createActivities(dependencies).installRemote, remoteInput({ toolVersion })),
    run(planPrimary(dependencies), primaryInput({ toolVersion })),
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
