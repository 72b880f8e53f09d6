import {
  applyDecorators,
  Controller,
  Get,
  Header,
  Headers,
  HttpCode,
  Param,
  Post,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { SkipThrottle } from '@nestjs/throttler';
import { html, IgnoresBody, pageLanguage, pageOf, pagePolicy, Public } from '#libs/api';
import { PreferencesService } from './preferences.service.js';
import { invalidUnsubscribeLink } from './unsubscribe.errors.js';
import { type Subscription, UnsubscribeLinks } from './unsubscribe-links.js';

const TEXTS = {
  en: {
    title: 'Unsubscribe',
    lead: 'Click the button to get no more emails of this kind:',
    button: 'Unsubscribe',
    done: "You're unsubscribed. We'll send you no more emails of this kind:",
  },
  de: {
    title: 'E-Mails abbestellen',
    lead: 'Mit einem Klick bestellen Sie E-Mails dieser Art ab:',
    button: 'Abbestellen',
    done: 'Abbestellt. Wir senden Ihnen keine E-Mails dieser Art mehr:',
  },
};

/** A page with a form that needs no script: mail programs show it, too. */
function SendsPage(): MethodDecorator {
  return applyDecorators(
    Header('Content-Type', 'text/html; charset=utf-8'),
    Header('Content-Security-Policy', pagePolicy(undefined, '', "'self'")),
    Header('Cache-Control', 'no-store'),
  );
}

/**
 * The link in `List-Unsubscribe`. Mail providers send a POST when their users click on their own button (RFC 8058), without
 * a cookie or a token of ours. A GET changes nothing, because mail scanners open every link. The body is a form of either type, and always says the same.
 */
@Public()
@SkipThrottle()
@ApiExcludeController()
@Controller({ path: 'unsubscribe/:token', version: VERSION_NEUTRAL })
export class UnsubscribePage {
  constructor(
    private readonly links: UnsubscribeLinks,
    private readonly preferences: PreferencesService,
  ) {}

  /** @throws Problem `invalid-unsubscribe-link` */
  @Get()
  @SendsPage()
  show(@Param('token') token: string, @Headers('accept-language') languages: string | undefined): string {
    const { category } = this.subscriptionOf(token);
    const { lang, title, lead, button } = textsIn(languages);
    const body = html`<p>${lead} <strong>${category}</strong></p>
      <form method="post">
        <button>${button}</button>
      </form>`;
    return pageOf(title, body, { lang });
  }

  /** @throws Problem `invalid-unsubscribe-link` */
  @Post()
  @HttpCode(200)
  @IgnoresBody()
  @SendsPage()
  async unsubscribe(
    @Param('token') token: string,
    @Headers('accept-language') languages: string | undefined,
  ): Promise<string> {
    const { userId, category } = this.subscriptionOf(token);
    await this.preferences.unsubscribe(userId, category);
    const { lang, title, done } = textsIn(languages);
    return pageOf(title, html`<p>${done} <strong>${category}</strong></p>`, { lang });
  }

  private subscriptionOf(token: string): Subscription {
    const found = this.links.read(token);
    if (!found) {
      throw invalidUnsubscribeLink();
    }
    return found;
  }
}

function textsIn(languages: string | undefined): (typeof TEXTS)['en'] & { readonly lang: string } {
  const lang = pageLanguage(languages);
  return { lang, ...TEXTS[lang] };
}
