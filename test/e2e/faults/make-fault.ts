import type { Fault, Target } from './fault.js';
import { FIRST_REQUESTS, FIRST_WRITES } from './requests.js';
import { SERVER_FAULTS } from './server-faults.js';
import { STEP_FAULTS } from './step-faults.js';
import type { FaultName, Step } from './table.js';

/** A fault, and the request of the product at which it begins. */
export interface TimedFault extends Fault {
  readonly request: RegExp;
}

/**
 * Makes a fault for a step.
 *
 * @throws Error when nobody has written down how
 */
export function makeFault(name: FaultName, step: Step, target: Target): TimedFault {
  const request = (name === 'disk of etcd full' ? FIRST_WRITES : FIRST_REQUESTS)[step];
  const ofServer = SERVER_FAULTS[name];
  if (request && ofServer) return { request, ...ofServer(target.front, request) };
  const atStep = STEP_FAULTS[step]?.[name]?.(target);
  if (request && atStep) return { request, ...atStep };
  throw new Error(`nobody has written down how to make "${name}" at ${step}`);
}
