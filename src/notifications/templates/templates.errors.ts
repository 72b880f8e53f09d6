import { defineProblem } from '#libs/problem';

export const templateNotFound = defineProblem('template-not-found', {
  status: 404,
  title: 'Template not found',
  about: 'There is no notification template with this name. It may have been deleted.',
  fix: 'List the templates again.',
});

export const templateVersionNotFound = defineProblem('template-version-not-found', {
  status: 404,
  title: 'Version not found',
  about: 'The template has no version with this number. The last 50 are kept.',
  fix: "List the template's versions again.",
});

export const templateExists = defineProblem('template-exists', {
  status: 409,
  title: 'Template exists',
  about: 'There already is a template with this name. Every built-in email has one, too.',
  fix: 'Choose another name, or change the template with PATCH.',
});

export const tooManyTemplates = defineProblem('too-many-templates', {
  status: 409,
  title: 'Too many templates',
  about: 'There can be at most 500 templates.',
  fix: 'Delete one that you no longer use.',
});

export const builtInTemplate = defineProblem('built-in-template', {
  status: 409,
  title: 'Built-in template',
  about:
    "A built-in template can't be deleted, is only sent by email, and has a fixed category and fixed variables. You can change what it says.",
  fix: 'Change its `contents`. If you have changed them before, DELETE restores the built-in texts.',
});

export const invalidTemplate = defineProblem('invalid-template', {
  status: 422,
  title: 'Invalid template',
  about: 'The draft has mistakes that would only show when it is sent, so it was not published or rendered.',
  fix: 'Correct what `errors` points to. The pointers are into the template.',
});
