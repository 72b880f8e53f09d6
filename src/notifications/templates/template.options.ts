/** Options for rendering templates. */
export interface TemplateOptions {
  /** Where links in emails lead. Its host is the variable `site`. */
  readonly appUrl: string;
  /** Its host is in the Message-IDs of emails. */
  readonly publicUrl: string;
}

export const TEMPLATE_OPTIONS = Symbol('TemplateOptions');

/** The variable `site` of every template. */
export function siteOf({ appUrl }: TemplateOptions): string {
  return new URL(appUrl).host;
}
