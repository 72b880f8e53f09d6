import files from './.dependency-cruiser.mjs';

/** Rules about whole folders, without the tests: those import what they test, wherever it is. */
/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-cycles-between-folders',
      comment:
        'Protects whoever moves a folder: what two folders need of each other belongs in one of them, or in a third.',
      severity: 'error',
      scope: 'folder',
      from: {},
      to: { circular: true },
    },
  ],
  options: { ...files.options, exclude: { path: '\\.spec\\.ts$' } },
};
