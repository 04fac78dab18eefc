import { CORE_SCHEMA, load } from 'js-yaml';
import { isMap } from '../../base/is-map.js';
import type { KubernetesObject } from '../../kubernetes/client/objects.js';
import { RolloutError } from '../../rollout/rollout-error.js';

/** A key whose value is a list or a map in brackets that goes on in the next line. */
const OPENING = /^\s*(?:- )?[\w.-]+:\s*([[{])\s*$/;

/**
 * Parses what istioctl or Helm rendered from the charts of Istio 1.4: many documents, some of them empty.
 *
 * @param tool that rendered it, for messages
 * @throws RolloutError `render-failed` when it is not YAML of Kubernetes objects
 */
export function parseObjects(yaml: string, tool: string): KubernetesObject[] {
  return yaml.split(/^---[ \t]*$/m).flatMap((text) => {
    const document = parseDocument(text, tool);
    if (document === undefined || document === null) return [];
    if (isObject(document)) return [document];
    throw new RolloutError('render-failed', `${tool} rendered something that is not a Kubernetes object`);
  });
}

function parseDocument(text: string, tool: string): unknown {
  // Comments only, as where a component is disabled.
  if (text.split('\n').every((line) => /^\s*(?:#.*)?$/.test(line))) return undefined;
  const options = { schema: CORE_SCHEMA };
  try {
    return load(text, options);
  } catch {
    // Once more below.
  }
  try {
    return load(indentBrackets(text), options);
  } catch (error) {
    throw new RolloutError('render-failed', `what ${tool} rendered is not YAML`, { cause: error });
  }
}

/**
 * Indents what stands in brackets: some charts of 1.4 do not, as Go's YAML allows and the YAML standard does not (istio
 * 1.4.3, istio-telemetry/prometheus and istio-config, clusterrole.yaml). Only for documents that cannot be parsed otherwise:
 * the same lines may be part of a text.
 */
function indentBrackets(text: string): string {
  let closing: string | undefined;
  const lines = text.split('\n').map((line) => {
    if (closing === undefined) {
      const bracket = OPENING.exec(line)?.[1];
      if (bracket !== undefined) closing = bracket === '[' ? ']' : '}';
      return line;
    }
    if (line.trim().startsWith(closing) || line.trim().endsWith(closing)) closing = undefined;
    return `        ${line}`;
  });
  return lines.join('\n');
}

function isObject(document: unknown): document is KubernetesObject {
  if (!isMap(document) || !isMap(document.metadata)) return false;
  const { apiVersion, kind, metadata } = document;
  return [apiVersion, kind, metadata.name].every((value) => typeof value === 'string');
}
