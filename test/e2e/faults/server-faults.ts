import type { Fault } from './fault.js';
import type { Answer, FaultyFront } from './front.js';
import type { FaultName } from './table.js';

/** What an API server answers to a write while the disk of its etcd is full; a test compares it with a real one. */
export const DISK_FULL = 'etcdserver: mvcc: database space exceeded';

/** Faults of a server or of its network, which can begin at any request. */
export const SERVER_FAULTS: Readonly<
  Partial<Record<FaultName, (front: FaultyFront, request: RegExp) => Fault>>
> = {
  refused: (front) => ({
    begin: async () => front.refuse(),
    end: () => front.accept(),
    words: /refuses connections/,
  }),
  slow: (front, request) => answering(front, request, 'never', /no complete response within/),
  '429 with Retry-After': (front, request) => answering(front, request, TOO_MANY, /answered 429/),
  '500 Internal Server Error': (front, request) =>
    answering(
      front,
      request,
      failure('Internal error occurred: a fault', 'InternalError'),
      /answered 500.*a fault/,
    ),
  'disk of etcd full': (front, request) =>
    answering(front, request, failure(DISK_FULL), /answered 500.*database space exceeded/),
  'certificate changed': (front) => ({
    begin: async () => front.changeCertificate(),
    end: async () => front.restoreCertificate(),
  }),
  'token revoked': (front) => ({
    begin: async () => front.revokeToken(),
    end: () => front.renewToken(),
  }),
};

/** As API Priority and Fairness answers (Kubernetes 1.34, apiserver endpoints/filters/priority-and-fairness.go). */
const TOO_MANY: Answer = {
  status: 429,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'retry-after': '1' },
  body: 'Too many requests, please try again later.\n',
};

function failure(message: string, reason?: string): Answer {
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code: 500 };
  return {
    status: 500,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...status, message, ...(reason && { reason }) }),
  };
}

function answering(front: FaultyFront, request: RegExp, answer: Answer | 'never', words: RegExp): Fault {
  return {
    begin: async () => front.answer(request, answer),
    end: async () => front.stopAnswering(),
    words,
  };
}
