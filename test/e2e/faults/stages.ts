import type { Cell, FaultName, Step, Table } from './table.js';

/** One fault at one step, and what is to come of it. */
export interface Stage {
  readonly fault: FaultName;
  readonly step: Step;
  readonly expected: Cell;
}

/** Faults of the worker's machine meet every cluster at once; they have a test of their own. */
const OF_THE_WORKER: readonly FaultName[] = ['tool missing', 'disk of the worker full'];

/** Returns what a table says about a fault, without the steps that cannot meet it. */
export function stagesOf({ columns, rows }: Table, fault: FaultName): Stage[] {
  return columns
    .map((step, column) => ({ fault, step, expected: rows[fault]?.[column] as Cell }))
    .filter(({ expected }) => expected.is !== 'not applicable');
}

/**
 * Shares the faults of clusters out among several clusters, each of which comes to every step: at one step a cluster meets
 * some of the faults, at the next one others. So one that takes a minute costs each cluster its time only a few times.
 *
 * @returns for each cluster its faults, in the order in which it meets them
 */
export function shareOut(table: Table, clusters: number): Stage[][] {
  const names = Object.keys(table.rows) as FaultName[];
  const all = names.filter((name) => !OF_THE_WORKER.includes(name)).flatMap((name) => stagesOf(table, name));
  return Array.from({ length: clusters }, (_, cluster) =>
    table.columns.flatMap((step, column) => {
      const met = all.filter((stage) => stage.step === step);
      const own = (stages: Stage[]) => stages.filter((_, index) => (index + column) % clusters === cluster);
      const passing = met.filter(({ expected }) => expected.is === 'retried');
      const lasting = met.filter(({ expected }) => expected.is !== 'retried');
      return inTurn(own(passing), own(lasting));
    }),
  );
}

/** One of each in turn: after one passing fault the product tries again within a second, after several it takes longer. */
function inTurn(passing: readonly Stage[], lasting: readonly Stage[]): Stage[] {
  const longest = Math.max(passing.length, lasting.length);
  return Array.from({ length: longest }, (_, index) => [passing[index], lasting[index]])
    .flat()
    .filter((stage) => stage !== undefined);
}
