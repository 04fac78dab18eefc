import type { Locator, Page } from 'playwright-core';

/** What a person types into the form "Start a Workflow" of the Temporal UI. */
export interface StartForm {
  readonly workflowId: string;
  readonly taskQueue: string;
  readonly workflowType: string;
  readonly input: object;
}

/** Fills in the form "Start a Workflow" and sends it; comes back when Temporal has started it. */
export async function startWorkflow(page: Page, uiUrl: string, form: StartForm): Promise<void> {
  await page.goto(`${uiUrl}/namespaces/default/workflows/start-workflow`);
  await page.getByLabel('Workflow ID').fill(form.workflowId);
  await page.getByLabel('Task Queue').fill(form.taskQueue);
  await page.getByLabel('Workflow Type').fill(form.workflowType);
  await typeJson(page, form.input);
  await submit(page, page.getByTestId('start-workflow-button'));
}

/** Sends an update to the newest run of a workflow, from its page; comes back when the workflow has taken it. */
export async function sendUpdate(
  page: Page,
  uiUrl: string,
  { workflowId, update, input }: { workflowId: string; update: string; input: object },
): Promise<void> {
  await page.goto(`${uiUrl}/namespaces/default/workflows/${encodeURIComponent(workflowId)}`);
  await page.getByRole('button', { name: 'More Actions' }).click();
  await page.getByRole('menu').getByText('Send an Update').click();
  await page.getByRole('button', { name: 'Select an Update' }).click();
  await page.getByRole('option', { name: update }).click();
  const dialog = page.getByRole('dialog', { name: 'Send an Update' });
  await typeJson(dialog, input);
  await submit(page, dialog.getByRole('button', { name: 'Submit' }));
  // It stays open with what the workflow says when it rejects the update.
  await dialog.waitFor({ state: 'hidden' });
}

/** Presses a button that sends something to Temporal. */
async function submit(page: Page, button: Locator): Promise<void> {
  const answered = page.waitForResponse((response) => response.request().method() === 'POST');
  await button.click();
  const answer = await answered;
  if (!answer.ok()) throw new Error(`Temporal answered ${answer.status()}: ${await answer.text()}`);
}

/**
 * The box for JSON is a code editor. It lays its text out anew when it loses the focus, and what is below it moves: a
 * click that takes the focus away would miss its button.
 */
async function typeJson(within: Pick<Page, 'locator'>, value: object): Promise<void> {
  const editor = within.locator('.cm-content[contenteditable="true"]');
  await editor.fill(JSON.stringify(value, null, 2));
  await editor.blur();
}
