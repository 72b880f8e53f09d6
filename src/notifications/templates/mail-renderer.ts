import { Inject, Injectable, Logger } from '@nestjs/common';
import { TEMPLATE_LOCALES } from '#libs/contracts';
import { type MailToRender, renderAccountMail } from './built-in/account-mail.js';
import { templateValues } from './content/variables.js';
import { contentFor, translated } from './published-contents.js';
import { PublishedTemplates } from './published-templates.js';
import { lookUpLocale } from './rendering/pick-locale.js';
import { type RenderedMail, renderEmail } from './rendering/render-email.js';
import { siteOf, TEMPLATE_OPTIONS, type TemplateOptions } from './template.options.js';
import type { PublishedVersion } from './template.repository.js';

/** Renders emails as administrators have published them, and those about accounts also with the built-in texts. */
@Injectable()
export class MailRenderer {
  private readonly logger = new Logger(MailRenderer.name);

  constructor(
    private readonly published: PublishedTemplates,
    @Inject(TEMPLATE_OPTIONS) private readonly options: TemplateOptions,
  ) {}

  /**
   * @returns null if the data doesn't fit the template, or there's no such template: trying again wouldn't help
   * @throws Error if PostgreSQL doesn't answer
   */
  async render(mail: MailToRender): Promise<RenderedMail | null> {
    return mail.templateVersion === undefined
      ? this.accountMail(mail, await this.published.find(mail.template, { isBuiltIn: true }))
      : this.ownMail(mail, await this.published.byId(mail.templateVersion));
  }

  /** With the built-in texts if the published ones fail, or lack the reader's language and the built-in ones don't. */
  private accountMail(mail: MailToRender, published: PublishedVersion | null): RenderedMail | null {
    const hasBuiltIn = lookUpLocale(TEMPLATE_LOCALES, mail.to.locale) !== undefined;
    const pick = hasBuiltIn ? translated : contentFor;
    const source = published && pick(published, 'email', mail.to.locale);
    return (
      (source && this.attempt(mail, () => renderAccountMail(mail, source))) ??
      this.attempt(mail, () => renderAccountMail(mail))
    );
  }

  /** With the version that the data was checked against. */
  private ownMail(mail: MailToRender, version: PublishedVersion | null): RenderedMail | null {
    return this.attempt(mail, () => {
      const source = version && contentFor(version, 'email', mail.to.locale);
      if (!source) {
        throw new Error('the template was deleted');
      }
      const { to, data, unsubscribeUrl } = mail;
      const site = siteOf(this.options);
      return renderEmail(source, templateValues(version.variables, data, { to, site, unsubscribeUrl }));
    });
  }

  private attempt({ id, template }: MailToRender, render: () => RenderedMail): RenderedMail | null {
    try {
      return render();
    } catch (error) {
      // The error's message may contain the link.
      const reason = error instanceof Error ? error.name : 'unknown error';
      this.logger.error(`could not render delivery ${id} with the template "${template}": ${reason}`);
      return null;
    }
  }
}
