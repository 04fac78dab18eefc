import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ChartSettings } from './charts.js';

const ENTRY = /^(\d+\.\d+)=(.+)$/;
const REPOSITORY = /^((?:oci|https?):\/\/\S+)@(\S+)$/;

/**
 * Returns where the charts of each release are, from text such as
 * `1.31=/opt/istio-1.31/charts,1.30=oci://registry.example/istio/charts@1.30.3`. A folder has the charts `base` and
 * `istiod`, or `istio-discovery` as in Istio's own sources.
 * What is not of that form is left out.
 */
export function parseChartSources(text: string): Record<string, ChartSettings> {
  return Object.fromEntries(
    text.split(',').flatMap((entry) => {
      const [, release, source] = ENTRY.exec(entry) ?? [];
      return release === undefined || source === undefined ? [] : [[release, settingsOf(source)]];
    }),
  );
}

function settingsOf(source: string): ChartSettings {
  const [, repo, version] = REPOSITORY.exec(source) ?? [];
  if (repo !== undefined && version !== undefined)
    return { base: { repo, name: 'base', version }, istiod: { repo, name: 'istiod', version } };
  const ofSources = join(source, 'istio-discovery');
  return { base: join(source, 'base'), istiod: existsSync(ofSources) ? ofSources : join(source, 'istiod') };
}
