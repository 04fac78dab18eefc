import { toolNames } from '../../../lab/tools/tool-names.js';
import { ensureTools } from '../../../lab/tools/tools.js';

/**
 * Set-up of the project `lab`: the lab's tools are there before a test begins. Building them takes longer than a test or a
 * hook may, and the loading of a set-up file has no limit. Once in a process, as the files of the project share one.
 */
const shared = globalThis as { labTools?: Promise<unknown> };
shared.labTools ??= ensureTools({ names: toolNames, onProgress: (line) => console.error(line) });
await shared.labTools;
