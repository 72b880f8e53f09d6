import { defineTemplate } from '../define-template.js';

export const webhookPaused = defineTemplate('webhook-paused', {
  en: {
    subject: 'A webhook of yours is paused',
    preheader: 'Its deliveries have failed for an hour.',
    heading: 'A webhook is paused',
    paragraphs: [
      "You created a webhook whose deliveries have all failed for an hour, so we've paused it. Events that happen in the meantime are kept.",
      'We try again every minute. As soon as your server answers, the webhook continues by itself, and you get what you missed.',
    ],
    action: 'Open the app',
    notes: [
      'Its deliveries in the API show what went wrong. They are kept for 30 days.',
      'You get this email when a webhook that you created is paused.',
    ],
  },
  de: {
    subject: 'Ein Webhook von Ihnen ist angehalten',
    preheader: 'Seit einer Stunde sind alle Zustellungen fehlgeschlagen.',
    heading: 'Ein Webhook ist angehalten',
    paragraphs: [
      'Sie haben einen Webhook angelegt, dessen Zustellungen seit einer Stunde fehlschlagen. Wir haben ihn deshalb angehalten. Ereignisse bewahren wir so lange auf.',
      'Wir versuchen es jede Minute erneut. Sobald Ihr Server antwortet, läuft der Webhook von selbst weiter, und Sie erhalten alles nach.',
    ],
    action: 'App öffnen',
    notes: [
      'In der API zeigen seine Zustellungen, woran es lag. Wir bewahren sie 30 Tage auf.',
      'Sie erhalten diese E-Mail, wenn ein Webhook angehalten wird, den Sie angelegt haben.',
    ],
  },
});

export const webhookGone = defineTemplate('webhook-gone', {
  en: {
    subject: 'A webhook of yours is disabled',
    preheader: 'Your server says that it no longer exists.',
    heading: 'A webhook is disabled',
    paragraphs: [
      "Your server answered a delivery with 410 Gone, so we've disabled the webhook.",
      'If that was a mistake, enable it again in the API. Until then, you get no events.',
    ],
    action: 'Open the app',
    notes: ['You get this email when a webhook that you created is disabled in this way.'],
  },
  de: {
    subject: 'Ein Webhook von Ihnen ist deaktiviert',
    preheader: 'Ihr Server sagt, dass es ihn nicht mehr gibt.',
    heading: 'Ein Webhook ist deaktiviert',
    paragraphs: [
      'Ihr Server hat auf eine Zustellung mit 410 Gone geantwortet. Wir haben den Webhook deshalb deaktiviert.',
      'Wenn das ein Versehen war, aktivieren Sie ihn in der API wieder. Bis dahin erhalten Sie keine Ereignisse.',
    ],
    action: 'App öffnen',
    notes: ['Sie erhalten diese E-Mail, wenn ein Webhook, den Sie angelegt haben, so deaktiviert wird.'],
  },
});
