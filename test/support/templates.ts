import { expect } from '@jest/globals';
import { idOf } from './administration.js';
import type { ApiClient } from './client.js';
import type { SignedUp } from './factories.js';

/** A template with texts for email and inbox, in English and German. */
export const ORDER_SHIPPED = {
  variables: {
    orderId: { type: 'string' },
    trackingUrl: { type: 'url' },
    note: { type: 'string', optional: true },
  },
  contents: {
    en: {
      email: {
        subject: 'Order {{ orderId }} is on its way',
        mjml: `<mjml><mj-body><mj-section><mj-column><mj-text>Hello {{ recipient.displayName }}, <a href="{{ trackingUrl }}">track it</a>. {{ note }}</mj-text></mj-column></mj-section></mj-body></mjml>`,
      },
      inbox: {
        title: 'Order {{ orderId }} is on its way',
        body: 'Hello {{ recipient.displayName }}.',
        url: '{{ trackingUrl }}',
      },
    },
    de: {
      email: {
        subject: 'Bestellung {{ orderId }} ist unterwegs',
        html: '<p>Hallo {{ recipient.displayName }}</p>',
      },
      inbox: { title: 'Bestellung {{ orderId }} ist unterwegs', body: 'Hallo.' },
    },
  },
};

export const ORDER_DATA = { orderId: '4711', trackingUrl: 'https://parcels.example/4711?a=1&b=2' };

/** Puts a notification into the inbox of each of these users. */
export async function notifyInApp(
  admin: ApiClient,
  template: string,
  users: readonly SignedUp[],
): Promise<void> {
  for (const user of users) {
    const notification = { recipient: idOf(user), template, data: ORDER_DATA, channels: ['inbox'] };
    expect((await admin.post('/notifications', notification)).status).toBe(202);
  }
}

/** Has a notification sent to each of these users tomorrow. */
export async function notifyTomorrow(
  admin: ApiClient,
  template: string,
  users: readonly SignedUp[],
): Promise<void> {
  const sendAt = new Date(Date.now() + 86_400_000).toISOString();
  for (const user of users) {
    const notification = { recipient: idOf(user), template, data: ORDER_DATA, sendAt };
    expect((await admin.post('/notifications', notification)).status).toBe(202);
  }
}

/** Creates a template and publishes it. @returns its name */
export async function publishTemplate(
  admin: ApiClient,
  name: string,
  template: object = ORDER_SHIPPED,
): Promise<string> {
  expect((await admin.post('/notification-templates', { name, ...template })).status).toBe(201);
  expect((await admin.post(`/notification-templates/${name}/publish`)).status).toBe(200);
  return name;
}
