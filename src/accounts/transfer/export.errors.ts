import { defineProblem } from '#libs/problem';

export const exportNotFound = defineProblem('export-not-found', {
  status: 404,
  title: 'Export not found',
  about:
    'There is no export with this ID, someone else started it, it was canceled, or its file is gone: files are kept for a ' +
    'day.',
  fix: 'Check the `jobId` in the response that started the export, or start a new one.',
});

export const exportNotReady = defineProblem('export-not-ready', {
  status: 409,
  title: 'Export not ready',
  about: "The export isn't complete.",
  fix: 'See its `state` with `GET /jobs/{id}`, and wait until it is `completed`.',
});
