/** The problems with Temporal itself, each with the next action. The API answers 503 with them. */
export const TEMPORAL_PROBLEMS = {
  'temporal-unavailable': {
    title: 'Temporal does not answer.',
    action: 'Start Temporal (for example mesh-rollout lab up), or set TEMPORAL_ADDRESS to where it listens.',
  },
  'temporal-refused': {
    title: 'Temporal refuses the credentials, or the namespace to these credentials.',
    action:
      'Correct TEMPORAL_API_KEY or the client certificate, and TEMPORAL_NAMESPACE, or the profile they come from.',
  },
  'temporal-tls-failed': {
    title: 'No connection with Temporal comes about, because of TLS.',
    action:
      'Compare TEMPORAL_TLS, TEMPORAL_TLS_SERVER_CA_CERT_PATH, TEMPORAL_TLS_SERVER_NAME and the client certificate with what the server has and wants.',
  },
  'temporal-namespace-missing': {
    title: 'Temporal has no such namespace.',
    action: 'Create it with temporal operator namespace create, or correct TEMPORAL_NAMESPACE.',
  },
  'codec-key-missing': {
    title: 'A payload in Temporal is encrypted with a key that is not known here.',
    action: 'Give that key to worker and API server, in the file of MESH_ROLLOUT_CODEC_KEYS_FILE.',
  },
  'codec-key-wrong': {
    title: 'A payload in Temporal does not open with the key that its ID names.',
    action:
      'Correct the key of that ID in the file of MESH_ROLLOUT_CODEC_KEYS_FILE; if it is right, the payload was changed.',
  },
  'search-attributes-missing': {
    title: 'The namespace of Temporal lacks search attributes that rollouts use.',
    action: 'Create them with temporal operator search-attribute create, as the message shows.',
  },
  'worker-missing': {
    title: 'No worker answers, so that nothing is done for any rollout now.',
    action: 'Start one with mesh-rollout worker, or look at the log of the one that should run.',
  },
  'decision-unanswered': {
    title: 'Workers run, but the rollout has not taken the decision in time.',
    action:
      'Look at the rollout in a minute: the decision may still be taken. If it was not, send it again; if this lasts, look at the log of the worker.',
  },
} as const;

export type TemporalProblem = keyof typeof TEMPORAL_PROBLEMS;

/** Thrown when Temporal, or a component that must run with it, is unavailable. Nothing is lost: try again later. */
export class TemporalError extends Error {
  readonly code: TemporalProblem;
  /** What a person should do next. */
  readonly action: string;

  /** @param message what happened, with the address or the names */
  constructor(code: TemporalProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TemporalError';
    this.code = code;
    this.action = TEMPORAL_PROBLEMS[code].action;
  }
}
