import { expect, it } from 'vitest';
import { applyFailure } from '../../../../src/istio/installers/istioctl-1.4/failures.js';

const END = `


✘ Errors were logged during apply operation. Please check component installation logs above.
`;
const ENDED = 'Failed to generate and apply manifests, error: errors were logged during apply operation\n';

/** What istioctl 1.4.3 prints when kubectl fails for a component. */
const component = (detail: string) => `- Applying manifest for component Base...
✔ Finished applying manifest for component Base.
- Applying manifest for component Citadel...
✘ Finished applying manifest for component Citadel.

Component Citadel - manifest apply returned the following errors:
Error: error running kubectl: exit status 1

Error detail:

${detail}

serviceaccount/istio-citadel-service-account created
${END}`;

it.each([
  [
    'no kubectl',
    'error running kubectl: exec: "kubectl": executable file not found in $PATH',
    'tool-version-differs',
  ],
  ['a kubectl that is too new', 'error: --force cannot be used with --prune', 'tool-version-differs'],
  ['a bad token', 'error: You must be logged in to the server (Unauthorized)', 'credentials-refused'],
  [
    'a missing permission',
    'Error from server (Forbidden): error when creating "STDIN": clusterroles.rbac.authorization.k8s.io is forbidden: User "weak" cannot create resource "clusterroles"',
    'permission-denied',
  ],
  [
    'an API server that is down',
    'The connection to the server 127.0.0.1:6443 was refused - did you specify the right host or port?',
    'api-unavailable',
  ],
  [
    'a network that is down',
    'Unable to connect to the server: dial tcp 10.0.0.1:6443: i/o timeout',
    'api-unavailable',
  ],
  [
    'a policy',
    'Error from server: error when creating "STDIN": admission webhook "policy.example.com" denied the request: no',
    'request-rejected',
  ],
  [
    'a quota',
    'Error from server (Forbidden): services "x" is forbidden: exceeded quota: few',
    'request-rejected',
  ],
] as const)('%s', (_, detail, code) => {
  const error = applyFailure('/istioctl', 'eu-1', { status: 255, stdout: component(detail), stderr: ENDED });
  expect(error).toMatchObject({ code, cluster: 'eu-1' });
  expect(error.message).toContain(detail);
  expect(error.message).not.toContain('Finished applying');
  expect(error.message).not.toContain('created');
});

it('says once what every component says', () => {
  const refused = 'The connection to the server 127.0.0.1:6443 was refused';
  const stdout = component(`${refused} (repeated 1 times)`) + component(`${refused} (repeated 2 times)`);
  const error = applyFailure('/istioctl', 'eu-1', { status: 255, stdout, stderr: ENDED });
  expect(error.message).toBe(`istioctl 1.4 ended with status 255: ${refused}`);
});

it('values that cannot be rendered', () => {
  const stderr =
    'Failed to generate and apply manifests, error: failed to generate tree from the set overlay, error: bad path=value: foo.bar=1\n';
  expect(applyFailure('/istioctl', 'eu-1', { status: 255, stdout: '', stderr })).toMatchObject({
    code: 'render-failed',
    message: expect.stringContaining('bad path=value: foo.bar=1'),
  });
});

it.each([
  [127, 'there is no istioctl at /istioctl'],
  [126, 'the istioctl at /istioctl cannot be run'],
])('an istioctl that cannot be run (status %i)', (status, message) => {
  expect(applyFailure('/istioctl', 'eu-1', { status, stdout: '', stderr: '' })).toMatchObject({
    code: 'tool-version-differs',
    message,
  });
});

it('an istioctl that somebody has killed', () => {
  expect(applyFailure('/istioctl', 'eu-1', { status: 137, stdout: '', stderr: '' })).toMatchObject({
    code: 'api-unavailable',
    transient: true,
    message: expect.stringContaining('was killed (status 137)'),
  });
});

it('keeps credentials out of the message', () => {
  const stdout = component('error: token: "s3cret-s3cret" was sent to https://anna:hunter2@example.com/');
  const { message } = applyFailure('/istioctl', 'eu-1', { status: 255, stdout, stderr: '' });
  expect(message).not.toMatch(/s3cret|hunter2/);
});
