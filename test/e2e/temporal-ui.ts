import type { Page } from 'playwright-core';

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
  const answered = page.waitForResponse((response) => response.request().method() === 'POST');
  await page.getByTestId('start-workflow-button').click();
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
