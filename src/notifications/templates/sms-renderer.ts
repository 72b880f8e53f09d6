import { Inject, Injectable, Logger } from '@nestjs/common';
import type { NotificationTarget } from '#libs/contracts';
import type { JsonObject } from '#libs/json';
import { accountText } from './built-in/account-text.js';
import { templateValues } from './content/variables.js';
import { contentFor } from './published-contents.js';
import { PublishedTemplates } from './published-templates.js';
import { type RenderedSms, renderSms } from './rendering/render-sms.js';
import { siteOf, TEMPLATE_OPTIONS, type TemplateOptions } from './template.options.js';

/** What to say to whom. */
interface TextToRender {
  /** The ID of the delivery. */
  readonly id: string;
  readonly template: string;
  /** The ID of the version to use, if it isn't a text about an account. */
  readonly templateVersion?: string | undefined;
  readonly to: Pick<NotificationTarget, 'email' | 'displayName' | 'locale'>;
  readonly data: JsonObject;
}

/** Renders text messages. */
@Injectable()
export class SmsRenderer {
  private readonly logger = new Logger(SmsRenderer.name);

  constructor(
    private readonly published: PublishedTemplates,
    @Inject(TEMPLATE_OPTIONS) private readonly options: TemplateOptions,
  ) {}

  /**
   * @returns null if the data doesn't fit the template, or there's no such template: trying again wouldn't help
   * @throws Error if PostgreSQL doesn't answer
   */
  async render(message: TextToRender): Promise<RenderedSms | null> {
    const { id, template, templateVersion, to, data } = message;
    const site = siteOf(this.options);
    const version = templateVersion === undefined ? null : await this.published.byId(templateVersion);
    try {
      if (templateVersion === undefined) {
        return renderSms(accountText(template, to.locale), { ...data, site });
      }
      const source = version && contentFor(version, 'sms', to.locale);
      if (!source) {
        throw new Error('the template was deleted');
      }
      return renderSms(source, templateValues(version.variables, data, { to, site }));
    } catch (error) {
      // The error's message may contain a code.
      const reason = error instanceof Error ? error.name : 'unknown error';
      this.logger.error(`could not render delivery ${id} with the template "${template}": ${reason}`);
      return null;
    }
  }
}
