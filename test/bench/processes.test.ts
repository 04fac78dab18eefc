import { expect, test } from 'vitest';
import { traced } from '../../bench/processes/cpu-trace.js';
import { cpuSeconds, parsePeakMemory, parseStat, peakMemory } from '../../bench/processes/proc-stat.js';

const STAT =
  '42 (a (b) c) S 1 42 42 0 -1 4194560 100 200 0 0 150 50 300 25 20 0 1 0 100 1000 10 18446744073709551615';

test('the CPU time of a process and of its ended children, whatever the program is called', () => {
  expect(parseStat(STAT)).toEqual({ own: 2, children: 3.25 });
  expect(() => parseStat('42 (a) S 1')).toThrow('not a line of /proc');
});

test('peak memory in MB', () => {
  expect(parsePeakMemory('VmPeak:\t  900000 kB\nVmHWM:\t  250000 kB\n')).toBe(256);
  expect(() => parsePeakMemory('')).toThrow('no VmHWM');
});

test('this process has used some of both; a process that is not there has used none', async () => {
  expect(await cpuSeconds(process.pid)).toBeGreaterThan(0);
  expect(await peakMemory(process.pid)).toBeGreaterThan(10);
  expect(await cpuSeconds(2 ** 30)).toBe(0);
});

test('CPU time between two moments, between readings and outside of them', () => {
  const cpu = traced([
    { at: 1000, cpu: 5 },
    { at: 2000, cpu: 6 },
    { at: 3000, cpu: 10 },
  ]);
  expect(cpu.total).toBe(5);
  expect(cpu.between(1500, 2500)).toBe(2.5);
  expect(cpu.between(0, 9000)).toBe(5);
});
