import { describe, expect, it } from '@jest/globals';
import { loadedJobs } from '#libs/jobs';
import { defineService } from '#libs/messaging';
import { requireRunners } from './job-roles.js';

describe('a service whose role no process runs', () => {
  it('is refused, with the roles to choose from', () => {
    defineService('reporting', { role: 'reports' });
    expect(() => requireRunners(loadedJobs())).toThrow(
      /^No process runs the job "deliver-to-reporting": its role is "reports"\. In .* defineService, .* worker, notifications/,
    );
  });
});
