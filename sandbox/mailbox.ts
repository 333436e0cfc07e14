/** A mail as the stand-in for SES keeps it; `at` in seconds. */
export interface Mail {
  readonly messageId: string;
  readonly from: string;
  readonly destination: { readonly to: readonly string[]; readonly cc: readonly string[]; readonly bcc: readonly string[] };
  readonly subject: string;
  readonly body: { readonly html?: string; readonly text?: string };
  readonly headers?: readonly { readonly name: string; readonly value: string }[];
  readonly attachments: readonly { readonly filename?: string; readonly contentType: string; readonly content: string }[];
  readonly at: number;
}

/** Mails sent so far, oldest first. */
export async function readMails(endpoint: string): Promise<Mail[]> {
  const response = await fetch(`${endpoint}/store`);
  return ((await response.json()) as { emails: Mail[] }).emails;
}
