import type { JsonObject } from '#libs/json';

/** What a variable may be. `url` is an http or https URL, `date-time` an instant as in RFC 3339. */
export const VARIABLE_TYPES = ['string', 'number', 'boolean', 'url', 'date-time', 'array', 'object'] as const;
export type VariableType = (typeof VARIABLE_TYPES)[number];

/** A value that whoever sends a notification passes to its template. */
export interface TemplateVariable {
  readonly type: VariableType;
  /** Whether it may be left out. It's null then. */
  readonly optional?: boolean;
  /** Whether it's a credential, such as a link that signs someone in. It may not become a part of other URLs. */
  readonly secret?: boolean;
  readonly description?: string;
}

/** The Liquid sources of an email. It has either `mjml` or `html`. Without `text`, that's made from the HTML. */
export interface EmailContent {
  readonly subject: string;
  readonly mjml?: string;
  readonly html?: string;
  readonly text?: string;
}

/** The Liquid sources of a notification in the app. */
export interface InboxContent {
  readonly title: string;
  readonly body: string;
  /** Where a click leads. */
  readonly url?: string;
}

/** The Liquid source of a text message. */
export interface SmsContent {
  readonly text: string;
}

/** The Liquid source of a push notification. */
export type PushContent = InboxContent;

/** What a notification says in one language, on each of its channels. */
export interface LocalizedContent {
  readonly email?: EmailContent;
  readonly inbox?: InboxContent;
  readonly sms?: SmsContent;
  readonly push?: PushContent;
}

/** The ways to reach people that a template can have texts for. */
export const CHANNELS = ['email', 'inbox', 'sms', 'push'] as const;
export type ChannelName = (typeof CHANNELS)[number];

/** The category of what protects an account. Everyone gets it, whatever their preferences say. */
export const SECURITY = 'security';
export const CATEGORY_MAX_LENGTH = 40;

export function isCategory(text: string): boolean {
  return text.length <= CATEGORY_MAX_LENGTH && /^[a-z][a-z0-9-]*$/.test(text);
}

/** A template as administrators write it. */
export interface TemplateDraft {
  readonly description: string | null;
  /** What users choose by whether they want it. */
  readonly category: string;
  /** For recipients whose language the template doesn't have. A BCP 47 language tag. */
  readonly defaultLocale: string;
  readonly variables: Readonly<Record<string, TemplateVariable>>;
  /** Values of the variables, for previews. */
  readonly exampleData: JsonObject;
  /** By BCP 47 language tag. */
  readonly contents: Readonly<Record<string, LocalizedContent>>;
}
