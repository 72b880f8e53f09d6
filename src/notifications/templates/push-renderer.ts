import { Inject, Injectable, Logger } from '@nestjs/common';
import type { NotificationTarget } from '#libs/contracts';
import type { JsonObject } from '#libs/json';
import { templateValues } from './content/variables.js';
import { contentFor } from './published-contents.js';
import { PublishedTemplates } from './published-templates.js';
import { pushPayload, renderPush } from './rendering/render-push.js';
import { siteOf, TEMPLATE_OPTIONS, type TemplateOptions } from './template.options.js';

/** What to say to whom. */
interface PushToRender {
  /** The ID of the delivery. */
  readonly id: string;
  readonly template: string;
  /** The ID of the version to use. */
  readonly templateVersion?: string | undefined;
  readonly to: Pick<NotificationTarget, 'email' | 'displayName' | 'locale'>;
  readonly data: JsonObject;
}

/** Renders push notifications. */
@Injectable()
export class PushRenderer {
  private readonly logger = new Logger(PushRenderer.name);

  constructor(
    private readonly published: PublishedTemplates,
    @Inject(TEMPLATE_OPTIONS) private readonly options: TemplateOptions,
  ) {}

  /**
   * @returns what the service worker gets, or null if the data doesn't fit the template, or there's no such template:
   * trying again wouldn't help
   * @throws Error if PostgreSQL doesn't answer
   */
  async render({ id, template, templateVersion, to, data }: PushToRender): Promise<string | null> {
    const version = templateVersion === undefined ? null : await this.published.byId(templateVersion);
    try {
      const source = version && contentFor(version, 'push', to.locale);
      if (!source) {
        throw new Error('the template was deleted');
      }
      const values = templateValues(version.variables, data, { to, site: siteOf(this.options) });
      return pushPayload(id, renderPush(source, values));
    } catch (error) {
      // The error's message may contain what's secret.
      const reason = error instanceof Error ? error.name : 'unknown error';
      this.logger.error(`could not render delivery ${id} with the template "${template}": ${reason}`);
      return null;
    }
  }
}
