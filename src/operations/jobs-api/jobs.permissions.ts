import { definePermission } from '#libs/permissions';

export const readJobs = definePermission('jobs:read', 'Read the state of jobs that others have started');
export const writeJobs = definePermission('jobs:write', 'Pause, resume, cancel and retry jobs');
