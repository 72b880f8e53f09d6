import { defineTag } from '#libs/api';

export const JobsTag = defineTag('jobs', 'Follow work that a request has started');
