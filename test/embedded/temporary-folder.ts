import { chmodSync } from 'node:fs';
import { hold, useFixture } from '../support/fixture.js';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.js';

export interface DataFolders {
  /** Creates a data folder. @returns its path */
  create(): string;
}

/** Data folders that other users can enter, like most project folders. They are removed after the suite. */
export function useDataFolders(): DataFolders {
  return useFixture(() => {
    const folders: TemporaryFolder[] = [];
    const create = (): string => {
      const folder = temporaryFolder('data');
      folders.push(folder);
      chmodSync(folder.path, 0o711);
      return folder.path;
    };
    return hold({ create }, () => folders.forEach((folder) => folder.remove()));
  });
}
