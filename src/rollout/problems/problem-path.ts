const PLAIN_FIELD = /^[A-Za-z_][\w-]*$/;
const LONGEST_FIELD = 63;

/** Returns a path as users write it: `remotes[2].cluster`, `values.podAnnotations["sidecar.istio.io/inject"]`. */
export function formatPath(path: readonly PropertyKey[]): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += formatField(String(part), text === '');
  }
  return text;
}

function formatField(name: string, isFirst: boolean): string {
  const short = name.length > LONGEST_FIELD ? `${name.slice(0, LONGEST_FIELD - 1)}…` : name;
  if (!PLAIN_FIELD.test(short)) return `[${JSON.stringify(short)}]`;
  return isFirst ? short : `.${short}`;
}
