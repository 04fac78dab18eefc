/** The part of a V8 CPU profile that matters here (Chrome DevTools Protocol, domain Profiler). */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

/** Seconds by where they were spent, largest first; idle time is left out. */
export type Spent = readonly (readonly [what: string, seconds: number])[];

/** Returns the time by package of node_modules, by file of the project, for Node itself and its garbage collector. */
export function byPlace(profile: CpuProfile): Spent {
  return sum(profile, ({ functionName, url }) => {
    if (url === '') return functionName || '(native)';
    const installed = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
    if (installed !== undefined) return installed;
    if (url.startsWith('node:')) return `node:${url.slice('node:'.length).split('/').slice(0, 2).join('/')}`;
    return url.replace(/^.*\/dist\//, '');
  });
}

/** Returns the time by function. */
export function byFunction(profile: CpuProfile): Spent {
  return sum(profile, ({ functionName, url, lineNumber }) => {
    const file = url.replace(/^.*\/(node_modules|dist)\//, '');
    return `${functionName || '(anonymous)'} ${file}:${lineNumber + 1}`;
  });
}

function sum(
  profile: CpuProfile,
  nameOf: (frame: CpuProfile['nodes'][number]['callFrame']) => string,
): Spent {
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const spent = new Map<string, number>();
  profile.samples.forEach((id, i) => {
    const frame = frames.get(id);
    if (frame === undefined || frame.functionName === '(idle)') return;
    const name = nameOf(frame);
    spent.set(name, (spent.get(name) ?? 0) + (profile.timeDeltas[i] ?? 0) / 1e6);
  });
  return [...spent].sort(([, one], [, other]) => other - one);
}
