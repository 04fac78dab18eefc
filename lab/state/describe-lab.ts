import type { LabStatus } from './status.js';

/** Says in lines of text where everything of a lab is. */
export function describeLab(status: LabStatus): string {
  const { temporal, clusters } = status;
  const rows: [string, string][] = [
    ['state', status.ready ? `ready, since ${status.startedAt}` : `starting, since ${status.startedAt}`],
    ['directory', status.directory],
    ['inventory', status.inventoryPath],
  ];
  if (status.proxyUrl) rows.push(['HTTPS_PROXY', `${status.proxyUrl}, to reach what is "for istiod" below`]);
  if (temporal) {
    rows.push(['Temporal', temporal.running ? temporal.address : `${temporal.address} (down)`]);
    rows.push(['Temporal UI', temporal.uiUrl]);
  }
  for (const { name, role, running, server, apiServer, kubeconfigPath, istiods, injection } of clusters) {
    const address = `${server}${running ? '' : ' (down)'}, for istiod ${apiServer}`;
    rows.push([name, `${role}, ${address}`]);
    rows.push(['', `kubectl --kubeconfig ${kubeconfigPath} get pods -A`]);
    for (const one of [...istiods, ...injection]) {
      rows.push([
        '',
        `${one.program} ${one.namespace}/${one.name} at ${one.address}${one.ready ? '' : ' (not ready)'}`,
      ]);
    }
  }
  const width = Math.max(...rows.map(([title]) => title.length));
  return rows.map(([title, text]) => `${title.padEnd(width)}  ${text}\n`).join('');
}
