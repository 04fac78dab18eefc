import { expect, test } from 'vitest';
import type { Finding, Severity } from '../../../src/rollout/checks/findings.js';
import type { FindingCode } from '../../../src/rollout/codes.js';
import {
  ACCEPTABLE,
  acceptedFor,
  applyAcceptance,
  isBlocking,
} from '../../../src/rollout/resolve/acceptance.js';

function finding(code: FindingCode, severity: Severity, clusters: Partial<Finding> = {}): Finding {
  return { code, severity, what: 'what', where: 'where', action: 'action', ...clusters };
}

test.each([
  ['an overridable block no longer blocks and stays visible', 'attached-elsewhere', 'block', 'info'],
  ['a warning is silenced', 'service-cidr-overlap', 'warn', undefined],
  ['a warning that never blocks is silenced', 'injection-unproven', 'warn', undefined],
  ['information that never was a block is silenced', 'pods-without-sidecar', 'info', undefined],
  ['an overridable code is silenced where it only warns', 'cidr-unknown', 'warn', undefined],
  ['a block that is not overridable stays', 'pod-cidr-overlap', 'block', 'block'],
  ['what was accepted before stays visible', 'attached-elsewhere', 'info', 'info'],
] as const)('accepted: %s', (_, code, severity, after) => {
  const accepted = applyAcceptance([finding(code, severity)], [{ code }]);
  expect(accepted.map((each) => each.severity)).toEqual(after === undefined ? [] : [after]);
  expect(applyAcceptance(accepted, [{ code }])).toEqual(accepted);
});

test('what is not accepted stays as it is', () => {
  const findings = [finding('cidr-unknown', 'warn'), finding('attached-elsewhere', 'block')];
  expect(applyAcceptance(findings, [{ code: 'service-cidr-overlap' }, { code: 'no-such-code' }])).toEqual(
    findings,
  );
});

test('a word for one cluster does not count for another', () => {
  const findings = ['eu-1', 'eu-2'].map((cluster) => finding('attached-elsewhere', 'block', { cluster }));
  const accepted = [{ code: 'attached-elsewhere', clusters: ['eu-1'] }];
  expect(applyAcceptance(findings, accepted).map(({ severity }) => severity)).toEqual(['info', 'block']);
  expect(acceptedFor(accepted, 'eu-1')).toEqual(['attached-elsewhere']);
  expect(acceptedFor(accepted, 'eu-2')).toEqual([]);
});

test('users can accept overridable codes and those that never block', () => {
  expect(ACCEPTABLE).toEqual([
    'kubernetes-version-unsupported',
    'kubernetes-version-untested',
    'service-cidr-overlap',
    'cidr-unknown',
    'attached-elsewhere',
    'default-tag-elsewhere',
    'installer-differs',
    'root-certificate-elsewhere',
    'primary-differs',
    'minor-change-in-place',
    'remote-left-behind',
    'sidecar-forbidden',
    'pods-without-sidecar',
    'injection-unproven',
    'api-server-unverified',
  ]);
});

test.each([
  ['block', true],
  ['warn', false],
  ['info', false],
] as const)('a finding of severity %s holds something: %s', (severity, blocking) => {
  expect(isBlocking(finding('cidr-unknown', severity, { cluster: 'hub' }))).toBe(blocking);
});
