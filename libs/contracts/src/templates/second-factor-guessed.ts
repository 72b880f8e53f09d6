import { defineTemplate } from '../define-template.js';

export const secondFactorGuessed = defineTemplate('second-factor-guessed', {
  en: {
    subject: 'Someone may know your password',
    preheader: 'They entered wrong codes for your second factor.',
    heading: 'Someone may know your password',
    paragraphs: [
      "Someone started to sign in to your account, and then entered several wrong codes for your second factor. If that was you, you don't need to do anything.",
      'If not, someone knows your password or is reading your email, and only your second factor is keeping them out. Choose a new password right away, and change your email password, too.',
    ],
    action: 'Choose a new password',
    notes: ['You get this email at most once a day.'],
  },
  de: {
    subject: 'Jemand kennt vielleicht Ihr Passwort',
    preheader: 'Es wurden falsche Codes für Ihren zweiten Faktor eingegeben.',
    heading: 'Jemand kennt vielleicht Ihr Passwort',
    paragraphs: [
      'Jemand hat begonnen, sich in Ihrem Konto anzumelden, und dann mehrere falsche Codes für Ihren zweiten Faktor eingegeben. Wenn Sie das waren, müssen Sie nichts tun.',
      'Wenn nicht, kennt jemand Ihr Passwort oder liest Ihre E-Mails, und nur Ihr zweiter Faktor hält die Person auf. Wählen Sie sofort ein neues Passwort, und ändern Sie auch das Passwort Ihres E-Mail-Kontos.',
    ],
    action: 'Neues Passwort wählen',
    notes: ['Sie erhalten diese E-Mail höchstens einmal am Tag.'],
  },
});
