import { defineMinutelyJob } from '#libs/jobs';

/** Lets sagas go on whose time has come. */
export const resumeSagas = defineMinutelyJob('resume-sagas', 'worker');
