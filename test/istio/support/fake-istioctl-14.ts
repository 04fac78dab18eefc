import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ToolPaths } from '../../../src/istio/installers/istioctl-1.4/tool.js';
import { temporaryFolder } from '../../kubernetes/support/temporary-folder.js';

/** Programs that behave like istioctl 1.4.3 and the kubectl beside it, and record how they were called. */
export interface FakeTools {
  readonly paths: ToolPaths;
  /** The arguments of each call of istioctl, versions left out, one line a call. */
  calls(): Promise<string[]>;
  /** What stood in a file of the last call: `-f`, `--kubeconfig`; or `env`, its environment. */
  seen(what: 'file' | 'kubeconfig' | 'env' | 'modes'): Promise<string>;
}

interface Scripts {
  /** What `manifest generate` runs. */
  readonly generate?: string;
  /** What `manifest apply` runs. */
  readonly apply?: string;
  /** What `istioctl version` prints. */
  readonly version?: string;
  /** The version of kubectl; undefined: there is none. */
  readonly kubectl?: string | undefined;
}

export const COMPLETE = 'echo; echo "✔ Installation complete"';

/** Writes the programs. By default an apply succeeds, and kubectl is 1.15.12. */
export async function fakeTools(scripts: Scripts = {}): Promise<FakeTools> {
  const folder = await temporaryFolder();
  const { generate = ':', apply = COMPLETE, version = '1.4.3' } = scripts;
  const kubectl = 'kubectl' in scripts ? scripts.kubectl : 'v1.15.12';
  const paths = { istioctl: join(folder, 'istioctl'), kubectl: join(folder, 'kubectl-for-1.4') };
  const script = `#!/bin/sh
if [ "$1" = version ]; then echo '{"clientVersion": {"version": "${version}"}}'; exit; fi
echo "$@" >>${folder}/calls
env >${folder}/env
verb=$2
while [ $# -gt 0 ]; do
  case "$1" in
    -f) cat "$2" >${folder}/file; stat -c '%a %n' "$2" "$(dirname "$2")" >${folder}/modes ;;
    --kubeconfig) cat "$2" >${folder}/kubeconfig; stat -c '%a %n' "$2" >>${folder}/modes ;;
  esac
  shift
done
if [ "$verb" = generate ]; then ${generate}
else ${apply}
fi
`;
  await write(paths.istioctl, script);
  if (kubectl !== undefined) {
    await write(paths.kubectl, `#!/bin/sh\necho '{"clientVersion": {"gitVersion": "${kubectl}"}}'\n`);
  }
  const read = (name: string) => readFile(join(folder, name), 'utf8').catch(() => '');
  return {
    paths,
    calls: async () => (await read('calls')).split('\n').filter((line) => line !== ''),
    seen: read,
  };
}

async function write(path: string, script: string): Promise<void> {
  await writeFile(path, script);
  await chmod(path, 0o755);
}
