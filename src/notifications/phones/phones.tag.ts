import { defineTag } from '#libs/api';

export const PhonesTag = defineTag('phones', 'The phone numbers that text messages are sent to');
