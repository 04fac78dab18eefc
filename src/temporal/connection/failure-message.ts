import type { Client, WorkflowExecutionDescription } from '@temporalio/client';

type PendingActivity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];
type Failure = NonNullable<PendingActivity['lastFailure']>;

/**
 * Decodes the failures of pending activities: with a codec their messages are in payloads, which the SDK does not
 * decode in a description.
 * @returns the same description
 * @throws TemporalError when a key of the codec is missing
 */
export async function withReadableFailures(
  client: Client,
  description: WorkflowExecutionDescription,
): Promise<WorkflowExecutionDescription> {
  for (const { lastFailure } of description.raw.pendingActivities ?? []) {
    if (lastFailure?.encodedAttributes) lastFailure.message = await messageOf(client, lastFailure);
  }
  return description;
}

async function messageOf(client: Client, failure: Failure): Promise<string> {
  const { payloadCodecs, payloadConverter } = client.options.loadedDataConverter;
  let payloads = failure.encodedAttributes ? [failure.encodedAttributes] : [];
  for (const codec of [...payloadCodecs].reverse()) payloads = await codec.decode(payloads);
  const [payload] = payloads;
  const attributes = payload && payloadConverter.fromPayload<{ message?: unknown }>(payload);
  return typeof attributes?.message === 'string' ? attributes.message : (failure.message ?? '');
}
