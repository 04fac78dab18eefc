import { describe, expect, test } from 'vitest';
import { parseCidr } from '../../../src/base/cidr.js';
import type { ClusterInspection, Finding } from '../../../src/rollout/checks/findings.js';
import { compareClusters, conflictsByCluster } from '../../../src/rollout/checks/pairs.js';

function inspection(cluster: string, rest: Partial<ClusterInspection> = {}): ClusterInspection {
  return { cluster, podCIDRs: [], serviceCIDRs: [], unreachable: false, findings: [], ...rest };
}

/** The findings about each pair. */
const comparePairs = (inspections: readonly ClusterInspection[]): Finding[] =>
  compareClusters(inspections).flatMap(({ others }) => [...others.values()]);

const short = (findings: readonly Finding[]) =>
  findings.map(({ code, cluster, otherCluster }) => `${code} ${cluster} ${otherCluster}`);

describe('what two clusters must not have in common', () => {
  test.each([
    [
      'equal pod CIDRs',
      { podCIDRs: ['10.0.0.0/16'] },
      { podCIDRs: ['10.0.0.0/16'] },
      'pod-cidr-overlap',
      'block',
    ],
    [
      'a pod CIDR inside the other',
      { podCIDRs: ['10.0.0.0/8'] },
      { podCIDRs: ['10.9.0.0/16'] },
      'pod-cidr-overlap',
      'block',
    ],
    [
      'a pod CIDR around the other',
      { podCIDRs: ['10.9.0.0/16'] },
      { podCIDRs: ['10.0.0.0/8'] },
      'pod-cidr-overlap',
      'block',
    ],
    [
      'pod CIDRs of IPv6',
      { podCIDRs: ['10.0.0.0/16', 'fd00::/48'] },
      { podCIDRs: ['10.1.0.0/16', 'fd00:0:0:8::/64'] },
      'pod-cidr-overlap',
      'block',
    ],
    [
      'pods and services',
      { podCIDRs: ['10.96.0.0/16'] },
      { serviceCIDRs: ['10.96.0.0/12'] },
      'pod-service-cidr-overlap',
      'block',
    ],
    [
      'services and pods',
      { serviceCIDRs: ['10.96.0.0/12'] },
      { podCIDRs: ['10.96.0.0/12'] },
      'pod-service-cidr-overlap',
      'block',
    ],
    [
      'services',
      { serviceCIDRs: ['10.96.0.0/12'] },
      { serviceCIDRs: ['10.96.0.0/12'] },
      'service-cidr-overlap',
      'warn',
    ],
    ['the identity', { uid: 'u-1' }, { uid: 'u-1' }, 'same-cluster-twice', 'block'],
  ] as const)('%s', (_, one, other, code, severity) => {
    const findings = comparePairs([inspection('hub', one), inspection('eu-1', other)]);
    expect(findings).toMatchObject([{ code, severity, cluster: 'hub', otherCluster: 'eu-1' }]);
    expect(findings[0]?.action).not.toBe('');
  });

  test.each([
    ['neighbours', { podCIDRs: ['10.0.0.0/16'] }, { podCIDRs: ['10.1.0.0/16'] }],
    ['the same numbers in another family', { podCIDRs: ['0.0.0.0/32'] }, { podCIDRs: ['::/128'] }],
    ['nothing known', { unreachable: true }, { podCIDRs: ['10.0.0.0/8'] }],
    ['what is no CIDR', { podCIDRs: ['none', ''] }, { podCIDRs: ['none', ''] }],
    ['other identities', { uid: 'u-1' }, { uid: 'u-2' }],
  ])('but not %s', (_, one, other) => {
    expect(comparePairs([inspection('hub', one), inspection('eu-1', other)])).toEqual([]);
  });

  test('a cluster may overlap itself: that is its own affair', () => {
    const one = inspection('hub', {
      podCIDRs: ['10.0.0.0/8', '10.0.0.0/16', '10.0.0.0/8'],
      serviceCIDRs: ['10.0.0.0/12'],
    });
    expect(comparePairs([one])).toEqual([]);
  });
});

test('a finding says which CIDRs of which clusters', () => {
  const [finding] = comparePairs([
    inspection('hub', { podCIDRs: ['10.0.0.0/8', 'fd00::/48'] }),
    inspection('eu-1', { podCIDRs: ['10.9.0.0/16', 'fd00::/48'] }),
  ]);
  expect(finding).toMatchObject({
    what: 'pod CIDR 10.0.0.0/8 of hub overlaps pod CIDR 10.9.0.0/16 of eu-1, and 1 more of their CIDRs overlap',
    where: 'podCIDRs of hub, podCIDRs of eu-1',
  });
});

test('a cluster under two names is told as that, and not as overlapping itself', () => {
  const cidrs = { podCIDRs: ['10.0.0.0/16'], serviceCIDRs: ['10.96.0.0/12'] };
  const findings = comparePairs([
    inspection('hub', { uid: 'u-1', ...cidrs }),
    inspection('eu-1', { uid: 'u-1', ...cidrs }),
    inspection('eu-2', { uid: 'u-2', podCIDRs: ['10.0.0.0/24'] }),
  ]);
  expect(short(findings)).toEqual(['same-cluster-twice hub eu-1', 'pod-cidr-overlap hub eu-2']);
});

test('a thousand clusters with one service CIDR are one finding with a count and a few names', () => {
  const inspections = Array.from({ length: 1_000 }, (_, index) =>
    inspection(`c-${index}`, {
      uid: `u-${index}`,
      podCIDRs: [`10.${index % 256}.${64 * Math.floor(index / 256)}.0/18`, `fd00:${index.toString(16)}::/48`],
      serviceCIDRs: ['172.20.0.0/16', 'fd01::/112'],
    }),
  );
  const conflicts = compareClusters(inspections);
  expect(conflicts.map(({ finding }) => finding)).toMatchObject([
    {
      code: 'service-cidr-overlap',
      severity: 'warn',
      cluster: 'c-0',
      what: expect.stringMatching(
        /^service CIDR 172\.20\.0\.0\/16 of c-0 overlaps service CIDRs of 999 other clusters: c-1, c-2, c-3, c-4, c-5 and 994 more$/,
      ),
    },
  ]);
  expect(conflicts[0]?.others.size).toBe(999);
  const byCluster = conflictsByCluster(conflicts);
  expect(byCluster.get('c-0')).toHaveLength(1);
  expect(byCluster.get('c-999')?.[0]).toMatchObject({ cluster: 'c-0', otherCluster: 'c-999' });
});

describe('compared with looking at every pair', () => {
  const random = generator(7);
  test.each(Array.from({ length: 60 }, (_, index) => index))('case %d', () => {
    const inspections = Array.from({ length: 2 + random(12) }, (_, index) =>
      inspection(`c-${index}`, {
        podCIDRs: Array.from({ length: random(4) }, randomCidr),
        serviceCIDRs: Array.from({ length: random(3) }, randomCidr),
      }),
    );
    const found = short(comparePairs(inspections));
    const all = everyPair(inspections);

    expect(all).toEqual(expect.arrayContaining(found));
    // Nobody who overlaps is missing.
    expect(participants(found)).toEqual(participants(all));
    expect(short(comparePairs(inspections))).toEqual(found);
  });

  function randomCidr(): string {
    return random(4) === 0
      ? `fd00:${random(4)}::/${16 + random(4) * 16}`
      : `10.${random(4)}.${random(4) * 64}.0/${8 + random(4) * 5}`;
  }
});

/** Every overlapping pair, by comparing every block with every other. */
function everyPair(inspections: readonly ClusterInspection[]): string[] {
  const found = new Set<string>();
  inspections.forEach((one, index) => {
    for (const other of inspections.slice(index + 1)) {
      const check = (code: string, a: readonly string[], b: readonly string[]) => {
        if (a.some((x) => b.some((y) => overlap(x, y)))) found.add(`${code} ${one.cluster} ${other.cluster}`);
      };
      check('pod-cidr-overlap', one.podCIDRs, other.podCIDRs);
      check('pod-service-cidr-overlap', one.podCIDRs, other.serviceCIDRs);
      check('pod-service-cidr-overlap', one.serviceCIDRs, other.podCIDRs);
      check('service-cidr-overlap', one.serviceCIDRs, other.serviceCIDRs);
    }
  });
  return [...found];
}

function overlap(one: string, other: string): boolean {
  const [a, b] = [parseCidr(one), parseCidr(other)];
  return (
    a !== undefined && b !== undefined && a.family === b.family && a.first <= b.last && b.first <= a.last
  );
}

function participants(findings: readonly string[]): string[] {
  const names = findings.flatMap((finding) => {
    const [code, one, other] = finding.split(' ');
    return [`${code} ${one}`, `${code} ${other}`];
  });
  return [...new Set(names)].sort();
}

/** Numbers below a limit that look random and are the same in every run. */
function generator(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * limit);
  };
}
