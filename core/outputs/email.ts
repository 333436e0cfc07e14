import type { Told } from '../alerts/receipt.ts';
import type { AlertItem } from '../incidents/item.ts';
import type { Home } from './asff.ts';
import { emailHtml } from './email-html.ts';
import { incidentLetter } from './email-incident.ts';
import { summaryLetter } from './email-summary.ts';
import { emailText } from './email-text.ts';

export interface Email {
  /** One line of at most 200 characters, without control characters. */
  readonly subject: string;
  /** Everything that the HTML says, as plain text. */
  readonly text: string;
  /** A whole document that loads nothing. */
  readonly html: string;
}

export interface EmailContext {
  /** Version of Trailwarden. */
  readonly version: string;
  /** Where Trailwarden runs. */
  readonly home: Home;
  /** `s3://bucket/prefix` of the trail's objects, where it is known. */
  readonly trail?: string;
  /** What the last mail of this item told, if there was one. */
  readonly told?: Told;
}

/** The mail that tells people of an item. Its texts come from the trail, so an attacker may have written them. */
export function alertEmail(item: AlertItem, context: EmailContext): Email {
  const letter = item.kind === 'incident' ? incidentLetter(item, context) : summaryLetter(item, context);
  return { subject: letter.subject, text: emailText(letter), html: emailHtml(letter) };
}
