const { existsSync } = require('node:fs');
const path = require('node:path');

const packages = path.join(__dirname, '..', '..', 'node_modules');

/**
 * Our sources import each other by the name of the compiled file (`./user.js`), as ES modules must. Packages are left
 * alone: some ship TypeScript next to JavaScript, and would run differently than in production.
 */
module.exports = (request, options) => {
  if (/^\.{1,2}\/.*\.js$/.test(request) && !options.basedir.startsWith(packages)) {
    const source = path.resolve(options.basedir, `${request.slice(0, -'.js'.length)}.ts`);
    if (existsSync(source)) {
      return source;
    }
  }
  return options.defaultResolver(request, options);
};
