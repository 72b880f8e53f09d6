import { Inject, Injectable, Logger } from '@nestjs/common';
import type { NotificationTarget } from '#libs/contracts';
import type { JsonObject } from '#libs/json';
import { accountText } from './built-in/account-text.js';
import type { ChannelSources } from './content/template-compiler.js';
import { templateValues } from './content/variables.js';
import { contentFor } from './published-contents.js';
import { PublishedTemplates } from './published-templates.js';
import { pushPayload, renderPush } from './rendering/render-push.js';
import { type RenderedSms, renderSms } from './rendering/render-sms.js';
import { siteOf, TEMPLATE_OPTIONS, type TemplateOptions } from './template.options.js';

/** What to say to whom. */
interface MessageToRender {
  /** The ID of the delivery. */
  readonly id: string;
  readonly template: string;
  /** The ID of the version to use, if it isn't about an account. */
  readonly templateVersion?: string | undefined;
  readonly to: Pick<NotificationTarget, 'email' | 'displayName' | 'locale'>;
  readonly data: JsonObject;
}

/**
 * Renders text messages and push notifications. Both are null if the data doesn't fit the template, or there's no such
 * template: trying again wouldn't help.
 */
@Injectable()
export class MessageRenderer {
  private readonly logger = new Logger(MessageRenderer.name);

  constructor(
    private readonly published: PublishedTemplates,
    @Inject(TEMPLATE_OPTIONS) private readonly options: TemplateOptions,
  ) {}

  /** @throws Error if PostgreSQL doesn't answer */
  async sms(message: MessageToRender): Promise<RenderedSms | null> {
    const { template, templateVersion, to, data } = message;
    const site = siteOf(this.options);
    return templateVersion === undefined
      ? this.attempt(message, () => renderSms(accountText(template, to.locale), { ...data, site }))
      : this.render(message, 'sms', renderSms);
  }

  /** @returns what the service worker gets @throws Error if PostgreSQL doesn't answer */
  push(message: MessageToRender): Promise<string | null> {
    return this.render(message, 'push', (source, values) =>
      pushPayload(message.id, renderPush(source, values)),
    );
  }

  private async render<C extends 'sms' | 'push', R>(
    message: MessageToRender,
    channel: C,
    render: (source: ChannelSources[C], values: object) => R,
  ): Promise<R | null> {
    const { templateVersion, to, data } = message;
    const version = templateVersion === undefined ? null : await this.published.byId(templateVersion);
    return this.attempt(message, () => {
      const source = version && contentFor(version, channel, to.locale);
      if (!source) {
        throw new Error('the template was deleted');
      }
      return render(source, templateValues(version.variables, data, { to, site: siteOf(this.options) }));
    });
  }

  private attempt<R>({ id, template }: MessageToRender, render: () => R): R | null {
    try {
      return render();
    } catch (error) {
      // The error's message may contain what's secret.
      const reason = error instanceof Error ? error.name : 'unknown error';
      this.logger.error(`could not render delivery ${id} with the template "${template}": ${reason}`);
      return null;
    }
  }
}
