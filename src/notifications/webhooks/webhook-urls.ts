import { Injectable } from '@nestjs/common';
import { invalidInput } from '#libs/problem';
import { AppConfig } from '../../../config/index.js';
import { checkOutboundUrl } from '../outbound/index.js';

/** Which URLs events may be sent to. */
@Injectable()
export class WebhookUrls {
  constructor(private readonly config: AppConfig) {}

  /**
   * Names aren't resolved: their addresses are checked when something is sent.
   * @returns the URL as clients and servers write it: `https://acme.com` becomes `https://acme.com/`
   * @throws Problem `invalid-input`
   */
  normalized(url: string): string {
    const error = checkOutboundUrl(url, this.config.webhookAllowedNetworks);
    if (error) {
      throw invalidInput({ errors: [{ pointer: '/url', ...error }] });
    }
    return new URL(url).href;
  }
}
