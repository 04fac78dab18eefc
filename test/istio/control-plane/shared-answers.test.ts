import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { SharedAnswers } from '../../../src/istio/control-plane/shared-answers.js';

const never = new AbortController().signal;

describe('SharedAnswers', () => {
  it('asks once for callers at the same time and just after', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const answers = new SharedAnswers();
    const owner = {};
    let asked = 0;
    const question = async () => ++asked;
    const ask = (key: string) => answers.ask(owner, key, question, never);
    expect(await Promise.all([ask('a'), ask('a'), ask('a')])).toEqual([1, 1, 1]);
    expect(await ask('a')).toBe(1);
    expect(await ask('b')).toBe(2);
    expect(await answers.ask({}, 'a', question, never)).toBe(3);
    vi.advanceTimersByTime(499);
    expect(await ask('a')).toBe(1);
    vi.advanceTimersByTime(1);
    expect(await ask('a')).toBe(4);
  });

  it('keeps no failure', async () => {
    const answers = new SharedAnswers();
    const owner = {};
    const outcomes = [Promise.reject(new Error('down')), Promise.resolve('up')];
    const ask = () => answers.ask(owner, 'a', () => outcomes.shift() ?? Promise.resolve('more'), never);
    await expect(ask()).rejects.toThrow('down');
    expect(await ask()).toBe('up');
  });

  it('lets a cancelled caller go while others wait on', async () => {
    const answers = new SharedAnswers();
    const owner = {};
    const cancel = new AbortController();
    const question = () => sleep(50).then(() => 'answer');
    const first = answers.ask(owner, 'a', question, cancel.signal);
    const second = answers.ask(owner, 'a', question, never);
    cancel.abort(new Error('cancelled'));
    await expect(first).rejects.toThrow('cancelled');
    expect(await second).toBe('answer');
  });
});
