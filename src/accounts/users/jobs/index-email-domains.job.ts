import { defineHourlyJob } from '#libs/jobs';

/** Makes users findable by the domain of their address whom a release without that index has written. */
export const indexEmailDomains = defineHourlyJob('index-email-domains', 'worker');
