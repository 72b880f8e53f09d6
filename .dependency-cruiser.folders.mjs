import files from './.dependency-cruiser.mjs';

/** Rules for whole folders. Excludes tests, because they import what they test, wherever it is. */
/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-cycles-between-folders',
      comment:
        'Protects anyone who moves a folder: code that two folders share belongs in one of them, or in a third.',
      severity: 'error',
      scope: 'folder',
      from: {},
      to: { circular: true },
    },
  ],
  options: { ...files.options, exclude: { path: '\\.spec\\.ts$' } },
};
