import { defineProblem } from '#libs/problem';

export const smsNotConfigured = defineProblem('sms-not-configured', {
  status: 409,
  title: 'No text messages',
  about: 'This server sends no text messages.',
  fix: 'Set SMS_URL.',
});

export const verifiedEmailRequired = defineProblem('verified-email-required', {
  status: 409,
  title: 'Verified email required',
  about: 'Text messages cost money, so only users whose email address is verified can add a phone number.',
  fix: 'Verify your email address first.',
});

export const invalidPhoneCode = defineProblem('invalid-phone-code', {
  status: 422,
  title: 'Invalid code',
  about: 'The code is wrong or has expired, or there were five wrong ones before.',
  fix: 'Enter the code from the last text message, or request a new one.',
});

export const tooManyPhoneCodes = defineProblem('too-many-phone-codes', {
  status: 429,
  title: 'Too many codes',
  about: 'You have requested five codes within a day, or that many were sent to this phone number.',
  fix: 'Try again later. `Retry-After` says in how many seconds.',
});
