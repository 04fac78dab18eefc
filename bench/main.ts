import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { onPath } from '../lab/tools/search.js';
import { ensureTools } from '../lab/tools/tools.js';
import { BENCHMARKS } from './benchmarks.js';
import { describeProfile } from './profile/worker-profile.js';
import { renderFigures, withinLimits } from './report/figure.js';

/**
 * `npm run bench -- <name>`: measures, prints figures and limits. Exit status 1 when a figure exceeds its limit, 2
 * when the arguments are wrong.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    remotes: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    kubectl: { type: 'string' },
    profile: { type: 'string' },
    'script-cpu': { type: 'string' },
  },
});
const [name = ''] = positionals;
const benchmark = BENCHMARKS[name];
const startedAt = Date.now();
const say = (line: string) =>
  console.log(`${String(Math.round((Date.now() - startedAt) / 1000)).padStart(4)} s  ${line}`);

if (benchmark === undefined) {
  console.error(
    `usage: npm run bench -- <${Object.keys(BENCHMARKS).join(' | ')}> [--rounds 3] [--remotes 8] [--profile <folder>]`,
  );
  process.exitCode = 2;
} else {
  const tools = await ensureTools({ onProgress: say });
  const kubectl = values.kubectl ?? (await onPath('kubectl', process.env))[0];
  const figures = await benchmark({
    tools,
    kubectl,
    rounds: Number(values.rounds),
    remotes: values.remotes === undefined ? undefined : Number(values.remotes),
    say,
    scriptCpu: values['script-cpu'] === undefined ? undefined : Number(values['script-cpu']),
    profile: values.profile === undefined ? undefined : resolve(values.profile),
  });
  console.log(`\n${renderFigures(figures)}`);
  if (values.profile !== undefined) console.log(`\n${await describeProfile(values.profile)}`);
  process.exitCode = withinLimits(figures) ? 0 : 1;
}
