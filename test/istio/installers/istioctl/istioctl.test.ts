import { chmod, rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { primaryOperator } from '../../../../src/istio/installers/istioctl/istio-operator.js';
import { Istioctl } from '../../../../src/istio/installers/istioctl/istioctl.js';
import { fakeIstioctl } from '../../support/fake-istioctl.js';
import { primaryInput } from '../../support/inputs.js';

const operator = primaryOperator(primaryInput());

describe('Istioctl', () => {
  it('tells its version', async () => {
    const { istioctl } = await fakeIstioctl('true');
    expect(await istioctl.version()).toBe('1.31.0');
  });

  it('gives the document to istioctl on its standard input, and gives back what it prints', async () => {
    const { istioctl, input } = await fakeIstioctl('echo "kind: Nothing"');
    expect(await istioctl.manifestGenerate(operator)).toBe('kind: Nothing\n');
    expect(await input()).toEqual(operator);
  });

  it('fails with the words of istioctl', async () => {
    const { istioctl } = await fakeIstioctl(`echo 'Error: unknown field "nosuch" in Values' >&2; exit 1`);
    await expect(istioctl.manifestGenerate(operator)).rejects.toMatchObject({
      code: 'render-failed',
      message: 'istioctl ended with status 1: unknown field "nosuch" in Values',
    });
  });

  it('keeps nothing of a credential in those words, also where they are cut', async () => {
    const words = `${'word '.repeat(117)}Bearer abcdefghijklmnopqrstuvwxyz0123456789`;
    const { istioctl } = await fakeIstioctl(`echo '${words}' >&2; exit 1`);
    const error = await istioctl.manifestGenerate(operator).catch((error: Error) => error);
    expect((error as Error).message).toMatch(/word Bearer \[/);
    expect((error as Error).message).not.toContain('abcde');
  });

  it('fails when there is no such program, and lets another worker try', async () => {
    const istioctl = new Istioctl('/no/such/istioctl');
    await expect(istioctl.version()).rejects.toMatchObject({
      code: 'tool-version-differs',
      transient: true,
      message: 'there is no istioctl at /no/such/istioctl',
    });
  });

  it('fails in the same way when the program cannot be run, or goes while the worker runs', async () => {
    const { istioctl } = await fakeIstioctl('true');
    await istioctl.version();
    await chmod(istioctl.path, 0o600);
    const failure = { code: 'tool-version-differs', message: expect.stringContaining(istioctl.path) };
    await expect(istioctl.manifestGenerate(operator)).rejects.toMatchObject(failure);
    await rm(istioctl.path);
    await expect(istioctl.manifestGenerate(operator)).rejects.toMatchObject(failure);
  });

  it('asks for the version again after a failure', async () => {
    const istioctl = new Istioctl('/no/such/istioctl');
    await expect(istioctl.version()).rejects.toThrow();
    await expect(istioctl.version()).rejects.toThrow('there is no istioctl');
  });
});
