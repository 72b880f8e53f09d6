import { defineProblem } from '#libs/problem';

export const importNotFound = defineProblem('import-not-found', {
  status: 404,
  title: 'Import not found',
  about: 'There is no import with this ID, or it was started more than 30 days ago.',
  fix: 'Check the `jobId` in the response that started the import.',
});
